// The Training step view: toolbar, band, rows, and the node panel beside them.

import { h, useMemo, useRef, useSession, useState } from "../../react.js";
import { session } from "../../session.js";
import { Dock } from "../dock.js";
import { NoNode, NodePanel } from "../panel.js";
import { crumbs, Toolbar } from "../toolbar.js";
import { useView } from "../view.js";
import { useStepActions } from "./actions.js";
import { Band } from "./band.js";
import { FoldedLayers } from "./folded_layers.js";
import { findRow } from "./rows.js";
import { useLogged, useRowFacts, useStep } from "./source.js";
import { StepRows } from "./step_rows.js";
import { NO_BACKWARD, ViewSwitch } from "./view_switch.js";
import { shortBytes } from "../numbers.js";

const NARROW_FLOATS = new Set(["bf16", "f16"]);

// choose: {run(name), view(name)}; problem(error, retry): what stands in the place of a graph that is not there
export function StepGraph({ run, runs, choose, problem }) {
  useSession(session, ["cursor"]);
  const view = useView(run);
  const { step, error, retry } = useStep(session, run, view);
  const row = step ? findRow(step.rows, view.selected) : undefined;
  const facts = useRowFacts(session, run, view.selected);
  const live = useLive(useLogged(session, run));
  const [zoom, setZoom] = useState(1);
  const field = useRef(null);
  const frame = useRef(null);
  const act = useStepActions({ view, step, row, run, zoom, setZoom, field, frame });
  const isAnyOpen = Boolean(step?.rows.some((one) => one.kind === "group"));
  return h(
    "div",
    { className: "graph is-step" },
    h(Toolbar, {
      session,
      runs,
      run,
      lead: h(ViewSwitch, { value: "step", canStep: true, choose: choose.view }),
      selectedPath: crumbs(facts),
      isAnyOpen,
      canExpand: Boolean(step?.rows.some((one) => one.can_open)),
      base: "",
      on: { run: choose.run, compare: (name) => (view.compareWith(name), choose.view("model")), go: act.go, expandAll: isAnyOpen ? view.closeAll : act.expandAll, find: act.find },
      ask: act.ask,
      field,
    }),
    error ? h(Missing, { error, retry, problem, choose }) : h(Content, { step, run, row, view, facts, live, zoom, setZoom, frame, act }),
  );
}

function Missing({ error, retry, problem, choose }) {
  if (error.status !== 404 || error.message !== NO_BACKWARD) return problem(error, retry);
  return h(
    "div",
    { className: "notice", role: "status" },
    h("strong", null, NO_BACKWARD),
    h("button", { type: "button", className: "link", onClick: () => choose.view("model") }, "Show the model"),
  );
}

function Content({ step, run, row, view, facts, live, zoom, setZoom, frame, act }) {
  if (!step) return h("div", { className: "graph-work is-reading", "aria-busy": true });
  return [
    h(Band, { key: "band", step, show: act.show }),
    h(
      "div",
      { key: "work", className: "graph-work" },
      h(StepRows, { step, row, spotlight: view.spotlight, live, zoom, setZoom, frame, on: { select: view.select, toggle: act.toggle, pick: act.pick, key: act.key } }),
      view.hasDock && h(Dock, null, h(FoldedLayers, { run, view, go: act.go }), h(Node, { step, run, row, view, facts, act })),
    ),
  ];
}

function Node({ step, run, row, view, facts, act }) {
  if (!view.selected) return h(NoNode);
  if (facts?.error) return h("section", { className: "graph-panel" }, h("p", { className: "graph-panel-body graph-quiet" }, facts.error));
  return [
    !facts?.finding && h(Finding, { key: "finding", step, row }),
    h(NodePanel, { key: "panel", facts: facts?.id === view.selected ? facts : null, logged: { run, id: view.selected, live: { logged: null, graph: "", step: session.cursor.held } }, isTraced: true, go: act.go, close: () => view.select("") }),
  ];
}

// What is worth a second thought: a wide float among narrow ones that takes much of what is kept.
function Finding({ step, row }) {
  const { largest, totals, param_dtype: dtype } = step;
  const share = largest ? largest.total_bytes / totals.saved_bytes : 0;
  if (!row || largest?.place.row !== row.id || largest.dtype !== "f32" || !NARROW_FLOATS.has(dtype) || share < 0.1) return null;
  const all = largest.count > 1 ? ` Over ${largest.count} blocks that is ${shortBytes(largest.total_bytes)}, ${Math.round(share * 100)} % of all saved bytes.` : ` That is ${Math.round(share * 100)} % of all saved bytes.`;
  return h("p", { className: "graph-step-finding" }, h("strong", null, `${shortBytes(largest.num_bytes)} of this is f32`), ` – ${largest.name} runs in float32, the model in ${dtype}, and its result is kept for backward.${all}`);
}

function useLive(logged) {
  return useMemo(() => ({ norm: (id) => logged.grad_norm?.[id], ratio: (id) => logged.update_ratio?.[id], loss: null }), [logged]);
}
