// What clicks, keys and buttons of the Graph page do.

import { useCallback, useState } from "../react.js";
import { notify } from "../notifications.js";
import { session } from "../session.js";
import { useEscape, useKeys } from "../use_keys.js";
import { requestOf, sourceOf } from "./source.js";
import { idInBlock, stackAround } from "./stacks.js";
import { stepFrom } from "./steps.js";

const MAX_EXPANDED = 60;

// The box of an id: a copy by its own, else the one that draws the item.
export function findBox(boxes, id) {
  return id ? (boxes.find((box) => box.id === id) ?? boxes.find((box) => box.item === id)) : undefined;
}

// What the server is asked for if a box is opened next; "" where it is none that opens.
export function requestToOpen(box, { run, view, drawing }) {
  if (!box?.can_open || box.kind === "group") return "";
  return requestOf(run, view, { open: view.opened([box.item], openTest(drawing)), blocks: view.blocks, keep: box.id });
}

export function useActions({ view, drawing, canvas, field, selectedBox, run }) {
  const { base, graph } = view;
  const get = (part, params, signal) => {
    const [path, runs] = sourceOf(run, view, part);
    return session.getJSON(path, { ...runs, ...params }, signal);
  };
  // What is asked for by a press; null where the server did not answer, which is then told.
  const fetched = (part, params) => get(part, params).catch(tellLost);
  const ask = useCallback((q, signal) => get("/search", { q }, signal), [run, base, graph]);
  // way: how it comes into sight once it is drawn, "reveal" or "zoom"
  const reveal = (id, way = "reveal") => {
    view.toReveal.current = way;
    view.select(id);
  };
  const openMany = (ids) => view.openMany(ids, openTest(drawing));
  const [listed, setListed] = useState(""); // id of the box whose folded nodes are listed
  const select = (id, isSecond) => {
    if (findBox(drawing.boxes, id)?.members) setListed(id);
    else if (isSecond && id) view.selectSecond(id);
    else view.select(id);
  };
  const toggle = (id) => {
    const box = findBox(drawing.boxes, id);
    if (box?.members) return setListed(box.id);
    if (canvas.current && box) canvas.current.held = box.id;
    if (box?.kind === "group") view.close(box.item, drawing);
    else if (box?.can_open) openMany([box.item]);
    return box && reveal(box.id);
  };
  // Opens a box and all in it, as far as fits a drawing.
  const expandBelow = async (id) => {
    const box = findBox(drawing.boxes, id);
    if (!box?.can_open) return;
    const facts = await fetched("/node", { id: box.item });
    if (!facts) return;
    canvas.current.held = box.id;
    openMany(facts.below);
    if (facts.is_below_cut) notify({ id: "graph below", text: "Some groups stay closed to keep this fluid.", detail: "Open them one by one." });
    reveal(box.id);
  };
  // Selects a node wherever it is: opens what hides it.
  const go = async (id, way) => {
    if (!drawing.boxes.some((box) => box.item === id)) {
      const facts = await fetched("/node", { id });
      if (!facts) return;
      if (facts.blocks.length > 0) view.showBlocks(facts.blocks);
      openMany(facts.path.slice(0, -1));
    }
    reveal(id, way);
  };
  // Shows another block of a stack; what was selected in one is then selected in the other.
  const pick = (id, place) => {
    const box = findBox(drawing.boxes, id);
    view.showBlocks([`${box.id}=${place}`], { "graph.node": idInBlock(view.selected, box, place) || null });
  };
  const pickBeside = (by) => {
    const box = stackAround(drawing.boxes, selectedBox);
    const place = box ? box.blocks.indexOf(box.shown) + by : -1;
    if (place >= 0 && place < box.blocks.length) pick(box.id, place);
    return Boolean(box);
  };
  const zoomTo = (id) => {
    const box = drawing.boxes.find((one) => one.item === id);
    if (!box) return go(id, "zoom");
    view.select(id);
    return canvas.current?.zoomTo(box.id);
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
    { keys: ["["], label: "Show the previous block of the selected stack", run: () => pickBeside(-1), isRepeated: true },
    { keys: ["]"], label: "Show the next block of the selected stack, else show or hide the layers", run: () => pickBeside(1) || view.toggleDock() },
    { keys: ["R"], label: "Trace the selected node to the inputs and outputs", run: () => view.selected && view.setTrace(!view.isTraced) },
    { keys: ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"], label: "Select the next node" },
    { keys: ["Enter"], label: "Open or close the selected group" },
    { keys: ["Shift+Enter"], label: "Open all below the selected node" },
    { keys: ["Home", "End"], label: "Select the first or last node" },
  ]);
  useEscape(Boolean(view.selected), () => (view.to || view.isTraced ? view.setTrace(false) : view.select("")));
  const key = (event) => {
    if (["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) step(event.key);
    else if (event.key === "Enter" && selectedBox) (event.shiftKey ? expandBelow : toggle)(selectedBox.id);
    else return;
    event.preventDefault();
  };
  const choose = (hit) => {
    canvas.current?.focus();
    return go(hit.id);
  };
  const find = { choose, hits: (ids) => view.setSpotlight(ids && shownHits(drawing, ids)) };
  const folded = { box: drawing?.boxes.find((box) => box.id === listed && box.members), choose: (member) => reveal(member.id), close: () => setListed("") };
  return { ask, select, toggle, folded, pick, go: (id) => go(id), zoomTo, key, find, expandBelow, expandAll: () => openMany(expandable(drawing)) };
}

// -> null
export function tellLost(error) {
  notify({ id: "graph node", tone: "bad", text: `The node could not be read: ${error.message}` });
  return null;
}

// Of what a search found, the boxes in sight that are it or hold it.
function shownHits(drawing, ids) {
  if (!drawing) return null;
  const found = drawing.boxes.filter((box) => ids.some((id) => id === box.item || (box.can_open && id.startsWith(`${box.item}/`))));
  return { boxes: new Set(found.map((box) => box.id)), edges: new Set() };
}

// Whether an open scope is drawn, be it as its twin in another block.
function openTest({ boxes, twins }) {
  const drawn = new Set(boxes.filter((box) => box.kind === "group").map((box) => box.item));
  return (id) => drawn.has(twins[id] ?? id);
}

function expandable(drawing) {
  return drawing.boxes.filter((box) => box.can_open && box.kind !== "group").slice(0, MAX_EXPANDED).map((box) => box.item);
}
