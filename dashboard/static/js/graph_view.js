// The Graph page: the graph of one run by scopes, its layer table, and the facts of the selected node.

import { EmptyPage } from "./empty_page.js";
import { Dock } from "./graph/dock.js";
import { LayerTable } from "./graph/layers.js";
import { NoNode, NodePanel } from "./graph/panel.js";
import { useDrawing, useFacts } from "./graph/source.js";
import { Stage } from "./graph/stage.js";
import { stepFrom } from "./graph/steps.js";
import { Toolbar } from "./graph/toolbar.js";
import { h, useCallback, useEffect, useMemo, useRef, useSession, useState } from "./react.js";
import { session } from "./session.js";
import { useEscape, useKeys } from "./use_keys.js";

const MAX_EXPANDED = 60;

export default function GraphView({ empty }) {
  useSession(session, ["runs", "selection", "theme", "view"]);
  if (!session.isLoaded) return h("div", { className: "graph is-reading", "aria-busy": true });
  const runs = session.runs.filter((run) => run.kinds.includes("graphs"));
  if (runs.length === 0) return h(EmptyPage, { empty, kind: "graphs" });
  const run = chosenRun(runs, session.view.get("graph.run"));
  return h(RunGraph, { key: run, run, runs, choose, empty });
}

function choose(run) {
  session.view.set({ "graph.run": run, "graph.open": [], "graph.node": null }, { label: "run of the graph" });
}

// The run that was asked for, else the newest selected one that logged a graph.
function chosenRun(runs, wanted) {
  const named = runs.find((run) => run.name === wanted);
  return (named ?? runs.find((run) => session.selected.has(run.name)) ?? runs[0]).name;
}

function RunGraph({ run, runs, choose, empty }) {
  const view = useView(run);
  const { drawing, error, retry } = useDrawing(session, run, view.open, view.selected);
  const canvas = useRef(null);
  const field = useRef(null);
  const boxes = drawing?.boxes ?? [];
  const selectedBox = findBox(boxes, view.selected);
  const item = drawing ? (selectedBox?.item ?? view.selected) : "";
  const facts = useFacts(session, run, item);
  const act = useActions({ view, drawing, canvas, field, selectedBox, run });
  useEffect(() => {
    if (view.toReveal.current && selectedBox) {
      view.toReveal.current = false;
      canvas.current?.reveal(selectedBox.id);
    }
  }, [drawing, view.selected]);
  const isAnyOpen = boxes.some((box) => box.kind === "group");
  return h(
    "div",
    { className: view.hasDock ? "graph" : "graph is-wide" },
    h(Toolbar, {
      session,
      runs,
      run,
      selectedPath: crumbs(facts),
      isAnyOpen,
      canExpand: boxes.some((box) => box.can_open),
      on: { run: choose, go: act.zoomTo, expandAll: isAnyOpen ? view.closeAll : act.expandAll, find: act.find },
      ask: act.ask,
      field,
    }),
    error ? h(Problem, { error, retry, empty }) : h(Content, { drawing, run, view, item, facts, selectedBox, canvas, act }),
  );
}

// The box of an id: a copy by its own, else the one that draws the item.
function findBox(boxes, id) {
  return id ? (boxes.find((box) => box.id === id) ?? boxes.find((box) => box.item === id)) : undefined;
}

function Content({ drawing, run, view, item, facts, selectedBox, canvas, act }) {
  if (!drawing) return h("div", { className: "graph-work is-reading", "aria-busy": true });
  return h(
    "div",
    { className: "graph-work" },
    h(Stage, {
      drawing,
      run,
      selected: selectedBox?.id ?? "",
      lit: view.lit,
      spotlight: view.spotlight,
      canvas,
      on: { select: act.select, toggle: act.toggle, key: act.key },
    }),
    view.hasDock &&
      h(
        Dock,
        null,
        h(LayerTable, { drawing, selected: item, on: { select: act.go, toggle: act.toggle, hover: view.setLit } }),
        item ? h(Node, { item, facts, isTraced: drawing.is_traced, act, close: () => view.select("") }) : h(NoNode),
      ),
  );
}

function Node({ item, facts, isTraced, act, close }) {
  if (facts?.error) return h("section", { className: "graph-panel" }, h("p", { className: "graph-panel-body graph-quiet" }, facts.error));
  return h(NodePanel, { facts: facts?.id === item ? facts : null, isTraced, go: act.go, close });
}

// A failed request: a run without a graph shows how to log one.
function Problem({ error, retry, empty }) {
  if (error.status === 404) return h(EmptyPage, { empty, kind: "graphs", isSelection: true });
  return h(
    "div",
    { className: "notice", role: "alert" },
    h("strong", null, "This graph could not be read"),
    h("span", null, error.message),
    h("button", { type: "button", className: "link", onClick: retry }, "Try again"),
  );
}

function crumbs(facts) {
  const path = facts?.path ?? [];
  return path.map((id, i) => ({ id, name: i && id.startsWith(`${path[i - 1]}/`) ? id.slice(path[i - 1].length + 1) : id }));
}

const NOTHING = { open: [], node: "" };

// What a run's graph shows; the open scopes of one run say nothing of another.
function viewOf(run) {
  const { run: named, open, node } = session.view.ofPage("graph");
  return named === null || named === run ? { open, node: node ?? "" } : NOTHING;
}

// What the person opened and selected, which is in the URL, and what only the page knows.
function useView(run) {
  const { open: opened, node: selected } = viewOf(run);
  const open = useMemo(() => new Set(opened), [opened]);
  const [lit, setLit] = useState("");
  const [spotlight, setSpotlight] = useState(null);
  const [hasDock, setDock] = useState(true);
  const toReveal = useRef(Boolean(selected));
  const setOpen = (ids) => session.view.set({ "graph.run": run, "graph.open": ids }, { label: "open scopes" });
  return {
    open,
    selected,
    lit,
    setLit,
    spotlight,
    setSpotlight,
    hasDock,
    toReveal,
    select: (id) => id !== selected && session.view.set({ "graph.run": run, "graph.node": id || null }, { isUndoable: false }),
    toggleDock: () => setDock(!hasDock),
    openMany: (ids) => setOpen([...viewOf(run).open, ...ids]),
    close: (id) => setOpen(viewOf(run).open.filter((one) => one !== id)),
    closeAll: () => setOpen([]),
  };
}

function useActions({ view, drawing, canvas, field, selectedBox, run }) {
  const ask = useCallback((q, signal) => session.getJSON("data/graph/search", { run, q }, signal), [run]);
  const reveal = (id) => {
    view.toReveal.current = true;
    view.select(id);
  };
  // A box that stands for many nodes leads to the search among them.
  const select = (id) => {
    if (findBox(drawing.boxes, id)?.item === "") field.current?.focus();
    else view.select(id);
  };
  const toggle = (id) => {
    const box = findBox(drawing.boxes, id);
    if (box?.kind === "group") view.close(box.item);
    else if (box?.can_open) view.openMany([box.item]);
    if (box) reveal(box.id);
  };
  // Selects a node wherever it is: opens what hides it.
  const go = async (id) => {
    if (!drawing.boxes.some((box) => box.item === id)) {
      const { path } = await session.getJSON("data/graph/node", { run, id });
      view.openMany(path.slice(0, -1));
    }
    reveal(id);
  };
  const zoomTo = async (id) => {
    await go(id);
    canvas.current?.zoomTo(drawing.boxes.find((box) => box.item === id)?.id);
  };
  const step = (key) => {
    const next = stepFrom(drawing, selectedBox?.id, key);
    if (next) reveal(next);
  };
  const zoomToSelected = () => selectedBox && canvas.current?.zoomTo(selectedBox.id);
  useKeys("Graph", [
    { keys: ["/"], label: "Find a node", run: () => field.current?.focus() },
    { keys: ["F"], label: "Fit the graph into the page", run: () => canvas.current?.fit() },
    { keys: ["Z"], label: "Zoom to the selected node", run: zoomToSelected },
    { keys: ["+", "="], label: "Zoom in", run: () => canvas.current?.zoomBy(1.25), isRepeated: true },
    { keys: ["-"], label: "Zoom out", run: () => canvas.current?.zoomBy(0.8), isRepeated: true },
    { keys: ["]"], label: "Show or hide the layers", run: view.toggleDock },
    { keys: ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"], label: "Select the next node" },
    { keys: ["Enter"], label: "Open or close the selected group" },
  ]);
  useEscape(Boolean(view.selected), () => view.select(""));
  const key = (event) => {
    if (["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) step(event.key);
    else if (event.key === "Enter" && selectedBox) toggle(selectedBox.id);
    else return;
    event.preventDefault();
  };
  const choose = (hit) => {
    canvas.current?.focus();
    return go(hit.id);
  };
  const find = { choose, hits: (ids) => view.setSpotlight(ids && shownHits(drawing, ids)) };
  return { ask, select, toggle, go, zoomTo, key, find, expandAll: () => view.openMany(expandable(drawing)) };
}

// Of what a search found, the boxes in sight that are it or hold it.
function shownHits(drawing, ids) {
  return drawing?.boxes.filter((box) => ids.some((id) => id === box.item || (box.can_open && id.startsWith(`${box.item}/`)))).map((box) => box.id);
}

function expandable(drawing) {
  return drawing.boxes.filter((box) => box.can_open && box.kind !== "group").slice(0, MAX_EXPANDED).map((box) => box.item);
}
