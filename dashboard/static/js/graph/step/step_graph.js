// The Training step view: toolbar, band, rows, and the node panel beside them.

import { h, useMemo, useRef, useState } from "../../react.js";
import { session } from "../../session.js";
import { Dock } from "../dock.js";
import { ExportMenu, tableItems } from "../export_menu.js";
import { GraphChoice, isUploaded, sourceName } from "../graph_choice.js";
import { NoNode, NodePanel } from "../panel.js";
import { crumbs, Toolbar } from "../toolbar.js";
import { TraceChip } from "../trace_chip.js";
import { useColoring } from "../use_coloring.js";
import { useView } from "../view.js";
import { useStepActions } from "./actions.js";
import { Band } from "./band.js";
import { FoldedLayers } from "./folded_layers.js";
import { findRow, isOperations, rowsBetween, valuesOf } from "./rows.js";
import { rowsCSV } from "./rows_csv.js";
import { stepSheet } from "./sheet.js";
import { useRowFacts, useStep } from "./source.js";
import { StepRows } from "./step_rows.js";
import { NO_BACKWARD, ViewSwitch } from "./view_switch.js";

// choose: {run(name), view(name), graph(run, id)}; take(file): shows the graph of a file;
// problem(error, retry): what stands in the place of a graph that is not there
export function StepGraph({ run, runs, choose, take, problem }) {
  const view = useView(run);
  const { step, error, retry } = useStep(session, run, view);
  const row = step ? findRow(step.rows, view.selected) : undefined;
  const facts = useRowFacts(session, run, view, view.selected);
  const { live } = useColoring(session, isUploaded(view.graph) ? "" : run, null, view.graph);
  const values = useValues(live.logged);
  const [zoom, setZoom] = useState(1);
  const field = useRef(null);
  const frame = useRef(null);
  const canvas = useRef(null);
  const act = useStepActions({ view, step, row, run, zoom, setZoom, field, frame });
  const compare = (name) => {
    view.compareWith(name);
    choose.view("model");
  };
  const isMissing = step?.has_backward === false;
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
      which: h(GraphChoice, { graphs: step?.graphs, shown: step?.graph, choose: (graph) => choose.graph(run, graph) }),
      base: "",
      on: { run: choose.run, compare, go: act.go, expandAll: isAnyOpen ? view.closeAll : act.expandAll, find: act.find },
      ask: act.ask,
      field,
      saving: h(ExportMenu, {
        isReady: Boolean(step?.has_backward),
        sheet: () => stepSheet(canvas.current, step, { frame: frame.current, zoom }),
        run: sourceName(run, view.graph),
        params: { run, graph: view.graph || undefined },
        tables: () => tableItems("rows", sourceName(run, view.graph), () => rowsCSV(step, values)),
        take,
      }),
    }),
    error ? problem(error, retry) : isMissing ? h(Missing, { choose }) : h(Content, { step, run, row, view, facts, live, values, zoom, setZoom, frame, canvas, act }),
  );
}

function Missing({ choose }) {
  return h(
    "div",
    { className: "notice", role: "status" },
    h("strong", null, NO_BACKWARD),
    h("button", { type: "button", className: "link", onClick: () => choose.view("model") }, "Show the model"),
  );
}

function Content({ step, run, row, view, facts, live, values, zoom, setZoom, frame, canvas, act }) {
  const path = usePath(step, row, view.to);
  if (!step) return h("div", { className: "graph-work is-reading", "aria-busy": true });
  return [
    h(Band, { key: "band", step, show: act.show }),
    h(
      "div",
      { key: "work", className: "graph-work" },
      h(StepRows, {
        step,
        row,
        spotlight: view.spotlight ?? (path?.lit ? [...path.lit.boxes] : null),
        live: values,
        zoom,
        setZoom,
        frame,
        canvas,
        chip: path && h(TraceChip, { ...path, boxes: step.rows, nouns: ["row", "rows"], end: () => view.setTrace(false) }),
        on: { select: act.select, toggle: act.toggle, pick: act.pick, key: act.key },
      }),
      view.hasDock && h(Dock, null, h(FoldedLayers, { run, view, go: act.go }), h(Node, { run, row, view, facts, live, act })),
    ),
  ];
}

// The rows between the selected one and a second one, for the bar that says so; null without a second.
function usePath(step, row, to) {
  return useMemo(() => {
    const second = step && row && findRow(step.rows, to);
    if (!second) return null;
    const between = rowsBetween(step.rows, step.flows, row.id, second.id);
    return { lit: between && { boxes: new Set(between) }, names: [row.name, second.name] };
  }, [step, row, to]);
}

function Node({ run, row, view, facts, live, act }) {
  const compiled = { run: isUploaded(view.graph) ? "" : run, graph: view.graph, light: act.find.hits };
  if (!view.selected) return h(NoNode, { compiled });
  if (facts?.error) return h("section", { className: "graph-panel" }, h("p", { className: "graph-panel-body graph-quiet" }, facts.error));
  const logged = isOperations(view.selected) || isUploaded(view.graph) ? null : { run, id: row?.blocks && row.id === view.selected ? row.shown : view.selected, live };
  return h(NodePanel, { facts: facts?.id === view.selected ? facts : null, logged, compiled: isOperations(view.selected) ? null : compiled, isTraced: true, go: act.go, close: () => view.select("") });
}

// What the rows say of the run at the step of the cursor.
function useValues(logged) {
  return useMemo(() => valuesOf(logged?.quantities ?? {}), [logged]);
}
