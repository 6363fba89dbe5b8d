// What clicks, keys and buttons of the Training step view do.

import { useCallback } from "../../react.js";
import { session } from "../../session.js";
import { useEscape, useKeys } from "../../use_keys.js";
import { tellLost } from "../actions.js";
import { idInBlock, stackAround } from "../stacks.js";
import { moveFrom, rowsOf } from "./rows.js";
import { nextZoom } from "./step_rows.js";

const MAX_EXPANDED = 60;
const MOVES = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"];

// row: the selected one; field: the field that finds nodes; frame: what scrolls
export function useStepActions({ view, step, row, run, zoom, setZoom, field, frame }) {
  const source = { run, graph: view.graph || undefined };
  const ask = useCallback((q, signal) => session.getJSON("data/graph/search", { ...source, q }, signal), [run, view.graph]);
  const rows = step?.rows ?? [];
  const openMany = (ids) => {
    const inSight = new Set(rows.flatMap((one) => one.opened_by));
    view.openMany(ids, (id) => inSight.has(id));
  };
  const toggle = (id) => {
    const one = rows.find((other) => other.id === id);
    if (one?.kind === "group") view.closeMany(one.opened_by);
    else if (one?.can_open) openMany([one.id]);
    if (one) view.select(one.id);
  };
  // Brings the row that shows a node into sight, and selects the node.
  const show = (place, id = place.row) => {
    if (place.blocks.length > 0) view.showBlocks(place.blocks);
    const missing = place.open.filter((one) => !view.open.has(one));
    if (missing.length > 0) openMany(missing);
    view.select(id);
  };
  const select = (id, isSecond) => (isSecond && id ? view.selectSecond(id) : view.select(id));
  const go = async (id) => {
    const place = await session.getJSON("data/graph/step/place", { ...source, id }).catch(tellLost);
    if (place) show(place, id);
  };
  const pick = (id, place) => {
    const stack = rows.find((one) => one.id === id);
    view.showBlocks([`${id}=${place}`], { "graph.node": idInBlock(view.selected, stack, place) || null });
  };
  const pickBeside = (by) => {
    const stack = stackAround(rows, row);
    const place = stack ? stack.blocks.indexOf(stack.shown) + by : -1;
    if (place >= 0 && place < stack.count) pick(stack.id, place);
    return Boolean(stack);
  };
  useKeys("Graph", [
    { keys: ["/"], label: "Find a node", run: () => field.current?.focus() },
    { keys: ["F"], label: "Fit the columns into the page", run: () => setZoom(1) },
    { keys: ["+", "="], label: "Zoom in", run: () => setZoom(nextZoom(zoom, 1)), isRepeated: true },
    { keys: ["-"], label: "Zoom out", run: () => setZoom(nextZoom(zoom, -1)), isRepeated: true },
    { keys: ["["], label: "Show the previous block of the selected stack", run: () => pickBeside(-1), isRepeated: true },
    { keys: ["]"], label: "Show the next block of the selected stack, else show or hide the node", run: () => pickBeside(1) || view.toggleDock() },
    { keys: ["ArrowUp", "ArrowDown"], label: "Select the next row" },
    { keys: ["ArrowLeft", "ArrowRight", "Enter"], label: "Open or close the selected row" },
  ]);
  useEscape(Boolean(view.selected), () => (view.to ? view.setTrace(false) : view.select("")));
  const key = (event) => {
    if (event.target !== event.currentTarget) return;
    const move = event.key === "Enter" ? row && { toggle: row.id } : MOVES.includes(event.key) ? moveFrom(rows, row, event.key) : null;
    if (!move) return;
    if (move.toggle) toggle(move.toggle);
    else view.select(move.select);
    event.preventDefault();
  };
  const choose = (hit) => {
    frame.current?.focus({ preventScroll: true });
    return go(hit.id);
  };
  const find = { choose, hits: (ids) => view.setSpotlight(ids && rowsOf(rows, ids)) };
  const closed = rows.filter((one) => one.can_open).map((one) => one.id);
  return { ask, select, toggle, show, go, pick, key, find, expandAll: () => openMany(closed.slice(0, MAX_EXPANDED)) };
}
