// The Graph page: the graph of one run by scopes, its layer table, and the facts of the selected node.

import { EmptyPage } from "./empty_page.js";
import { findBox, requestToOpen, useActions } from "./graph/actions.js";
import { chooseRun, chosenRun } from "./graph/chosen_run.js";
import { CompareChip } from "./graph/compare.js";
import { Divider, Dock } from "./graph/dock.js";
import { csvItems, ExportMenu } from "./graph/export_menu.js";
import { FoldedList } from "./graph/folded.js";
import { GraphChoice, hasGraph, isUploaded, sourceName } from "./graph/graph_choice.js";
import { LayerTable } from "./graph/layers.js";
import { NoNode, NodePanel } from "./graph/panel.js";
import { modelSheet } from "./graph/sheet.js";
import { useDrawing, useFacts } from "./graph/source.js";
import { Stage } from "./graph/stage.js";
import { StepGraph } from "./graph/step/step_graph.js";
import { ViewSwitch } from "./graph/step/view_switch.js";
import { crumbs, Toolbar } from "./graph/toolbar.js";
import { TraceChip, useTrace } from "./graph/trace_chip.js";
import { DropTarget, OpenLine, useUpload } from "./graph/upload.js";
import { useColoring } from "./graph/use_coloring.js";
import { useView } from "./graph/view.js";
import { h, memo, useEffect, useLatest, useLayoutEffect, useRef, useSession } from "./react.js";
import { session } from "./session.js";

// Its rows are most of what React draws on this page.
const Layers = memo(LayerTable);

export default function GraphView({ empty }) {
  useSession(session, ["runs", "selection", "theme", "view", "preference"]);
  if (!session.isLoaded) return h("div", { className: "graph is-reading", "aria-busy": true });
  return h(OpenableGraph, { empty });
}

// The page, on which a file with a graph may be dropped.
function OpenableGraph({ empty }) {
  const runs = session.runs.filter(hasGraph);
  const run = chosenRun(runs) ?? "";
  const take = useUpload((graph) => chooseGraph(run, graph));
  return h(DropTarget, { take }, h(Shown, { empty, runs, run, take }));
}

function Shown({ empty, runs, run, take }) {
  const graph = session.view.get("graph.graph") ?? "";
  const more = h(OpenLine, { take });
  if (!run && !isUploaded(graph)) return h(EmptyPage, { empty, kind: "graphs", more });
  if (session.view.get("graph.view") === "step") return h(StepGraph, { key: `${run}\n${graph}`, run, runs, take, choose: { run: chooseRun, view: chooseView, graph: chooseGraph }, problem: (error, retry) => h(Problem, { run, error, retry, empty, more }) });
  return h(RunGraph, { key: `${run}\n${graph}`, run, runs, choose: chooseRun, empty, take });
}

function chooseView(name) {
  session.view.set({ "graph.view": name }, { label: "view of the graph" });
}

function chooseGraph(run, graph) {
  session.view.set({ "graph.run": run, "graph.graph": graph, "graph.open": [], "graph.block": [], "graph.node": null, "graph.to": null, "graph.trace": "off", "graph.at": null }, { label: "graph of the run" });
}

function RunGraph({ run, runs, choose, empty, take }) {
  const view = useView(run);
  const { drawing, error, retry, expect } = useDrawing(session, run, view, view.selected);
  const canvas = useRef(null);
  const field = useRef(null);
  const boxes = drawing?.boxes ?? [];
  const selectedBox = findBox(boxes, view.selected);
  const item = drawing ? (selectedBox?.item ?? view.selected) : "";
  const facts = useFacts(session, run, view, item);
  const colors = useColoring(session, isUploaded(view.graph) ? "" : run, drawing, view.graph);
  const act = useActions({ view, drawing, canvas, field, selectedBox, run });
  const next = drawing ? requestToOpen(findBox(boxes, view.hovered || view.lit) ?? selectedBox, { run, view, drawing }) : "";
  useEffect(() => expect(next), [next]);
  useLayoutEffect(() => {
    if (view.toReveal.current && selectedBox) {
      if (view.toReveal.current === "zoom") canvas.current?.zoomTo(selectedBox.id);
      else canvas.current?.reveal(selectedBox.id);
      view.toReveal.current = "";
    }
  }, [drawing, view.selected]);
  const isAnyOpen = boxes.some((box) => box.kind === "group" && box.item !== drawing.only);
  return h(
    "div",
    { className: view.hasDock ? "graph" : "graph is-wide" },
    h(Toolbar, {
      session,
      runs,
      run,
      lead: h(ViewSwitch, { value: "model", canStep: drawing?.has_backward ?? false, choose: chooseView }),
      which: h(GraphChoice, { graphs: drawing?.graphs, shown: drawing?.graph, choose: (graph) => chooseGraph(run, graph) }),
      base: view.base,
      selectedPath: crumbs(facts),
      isAnyOpen,
      canExpand: boxes.some((box) => box.can_open),
      on: { run: choose, compare: view.compareWith, go: act.zoomTo, expandAll: isAnyOpen ? view.closeAll : act.expandAll, find: act.find },
      ask: act.ask,
      field,
      saving: h(ExportMenu, { isReady: Boolean(drawing), sheet: () => modelSheet(canvas.current), run: sourceName(run, view.graph), params: { run, graph: view.graph || undefined }, tables: () => csvItems(drawing, sourceName(run, view.graph)), take }),
      colors,
    }),
    error ? h(Problem, { run, error, retry, empty, more: h(OpenLine, { take }) }) : h(Content, { drawing, run, view, item, facts, selectedBox, canvas, colors, act }),
  );
}

function Content(props) {
  return props.drawing ? h(Drawn, props) : h("div", { className: "graph-work is-reading", "aria-busy": true });
}

function Drawn({ drawing, run, view, item, facts, selectedBox, canvas, colors, act }) {
  const trace = useTrace(drawing, view, selectedBox);
  const chip = trace
    ? h(TraceChip, { ...trace, boxes: drawing.boxes, end: () => view.setTrace(false) })
    : drawing.comparison && h(CompareChip, { comparison: drawing.comparison, selected: item, go: act.go, end: () => view.compareWith(null) });
  const compiled = { run: isUploaded(view.graph) ? "" : run, graph: view.graph, light: act.find.hits };
  const table = useLatest({ select: act.go, toggle: act.toggle, hover: view.setLit });
  return h(
    "div",
    { className: "graph-work" },
    h(Stage, {
      drawing,
      run,
      coloring: colors.coloring,
      live: colors.live,
      selected: selectedBox?.id ?? "",
      lit: view.lit,
      spotlight: view.spotlight ?? trace?.lit ?? null,
      canvas,
      chip,
      at: view.at,
      on: { move: view.moveTo, select: act.select, toggle: act.toggle, pick: act.pick, hover: view.setHovered, reopen: (ids) => view.openOnly(ids, drawing.twins), key: act.key },
    }),
    act.folded.box && h(FoldedList, { key: act.folded.box.id, ...act.folded, canvas }),
    view.hasDock &&
      h(
        Dock,
        null,
        h(Layers, { drawing, run, selected: item, hovered: view.hovered, on: table }),
        h(Divider),
        item ? h(Node, { item, facts, compiled, logged: isUploaded(view.graph) ? null : { run, id: selectedBox?.blocks ? selectedBox.shown : item, live: colors.live }, isTraced: drawing.is_traced, act, view, close: () => view.select("") }) : h(NoNode, { compiled }),
      ),
  );
}

function Node({ item, facts, logged, compiled, isTraced, act, view, close }) {
  if (facts?.error) return h("section", { className: "graph-panel" }, h("p", { className: "graph-panel-body graph-quiet" }, facts.error));
  return h(NodePanel, { facts: facts?.id === item ? facts : null, logged, compiled, isTraced, go: act.go, trace: { isOn: view.isTraced, toggle: () => view.setTrace(!view.isTraced) }, expand: facts?.is_scope ? () => act.expandBelow(item) : null, close });
}

// A failed request: a run without a graph shows how to log one; where the link names a graph, that may be gone.
function Problem({ run, error, retry, empty, more }) {
  const { graph, compare } = session.view.ofPage("graph");
  if (error.status === 404 && !graph && !compare) return h(EmptyPage, { empty, kind: "graphs", isSelection: true, more });
  return h(
    "div",
    { className: "notice", role: "alert" },
    h("strong", null, "This graph could not be read"),
    h("span", null, error.message),
    h("button", { type: "button", className: "link", onClick: retry }, "Try again"),
    graph && run && h("button", { type: "button", className: "link", onClick: () => chooseGraph(run, null) }, "Show the newest graph"),
    compare && h("button", { type: "button", className: "link", onClick: () => session.view.set({ "graph.compare": null }, { label: "compared run" }) }, "End the comparison"),
    more,
  );
}
