// What boxes are coloured by: how each box looks, and the number at its right.

import { isBad, shortBytes, shortCount, shortMicros, shortValue, writeValue } from "./numbers.js";
import { inkOn, logScale, rampColor, rootScale } from "./ramp.js";

const CATEGORY = "category";
const NUM_COLORS = 8;

// of(box): a value of the drawing; others come from what the run logged. range: of a logarithm.
export const COLORINGS = [
  { key: "structure", name: "Structure" },
  { key: "device", name: "Device", kind: CATEGORY, of: (box) => box.device },
  { key: "dtype", name: "Type", kind: CATEGORY, of: (box) => box.dtype },
  { key: "time", name: "Compute time", kind: "root", isLogged: true, write: shortMicros },
  { key: "memory", name: "Memory", kind: "root", isLogged: true, write: shortBytes },
  { key: "params", name: "Parameters", kind: "root", of: (box) => box.params, write: shortCount },
  { key: "flops", name: "FLOPs", kind: "root", of: (box) => box.flops, write: shortCount },
  { key: "saved", name: "Saved for backward", kind: "root", of: (box) => box.saved_bytes, write: shortBytes },
  { key: "grad_norm", name: "Gradient norm", symbol: "‖∂W‖", kind: "log", isLogged: true, range: [0.01, 0.5], write: shortValue },
  { key: "update_ratio", name: "Update ratio", symbol: "ΔW/W", kind: "log", isLogged: true, range: [0.0001, 0.1], write: shortValue },
  { key: "nonfinite", name: "Non-finite values", kind: "bad", isLogged: true, write: shortCount },
];

export function findColoring(key) {
  return COLORINGS.find((one) => one.key === key) ?? COLORINGS[0];
}

// Why there is nothing to colour by, or "".
export function reasonAgainst(key, drawing, logged) {
  if (!findColoring(key).isLogged) return drawing?.missing?.[key] ?? "";
  return logged ? (logged.missing[key] ?? "") : "Reading what the run logged…";
}

// {name, kind, look(box), number(box), cell(box, id), cellsName, legend, inTheme(theme)}; a look is {name, fill, ink} or null.
//   logged: the answer of data/graph/logged, or null
export function makeColoring(wanted, drawing, logged, theme) {
  const coloring = findColoring(wanted);
  const values = logged?.quantities ?? {};
  const boxes = drawing.boxes.filter((box) => box.item);
  const copies = countCopies(drawing.boxes);
  const perBox = coloring.isLogged ? valuesOf(values[coloring.key] ?? {}, isSum(coloring)) : (coloring.of ?? (() => undefined));
  const look = makeLook(coloring, boxes, perBox, copies, theme);
  const cells = makeCells(coloring, boxes, values, theme);
  return {
    ...coloring,
    look: look.of,
    number: (box) => writeNumber(coloring, perBox(box), values, box),
    cell: cells.of,
    cellsName: cells.name,
    legend: look.legend,
    step: coloring.isLogged ? (logged?.step ?? null) : null,
    inTheme: (other) => makeColoring(wanted, drawing, logged, other),
  };
}

// Time and memory of a stack are of all its blocks; norms and ratios of the block that it shows.
const isSum = (coloring) => coloring.kind === "root";

function valuesOf(values, isOfAll) {
  return (box) => values[box.blocks && !isOfAll ? box.shown : box.item];
}

function makeLook(coloring, boxes, perBox, copies, theme) {
  if (coloring.kind === undefined) return { of: () => null, legend: {} };
  if (coloring.kind === CATEGORY) return categories(boxes, perBox);
  if (coloring.kind === "bad") return { of: (box) => (isPainted(box) ? badLook(perBox(box)) : null), legend: { isCount: true } };
  const painted = boxes.filter(isPainted);
  const total = (box) => (isSum(coloring) ? (perBox(box) ?? 0) * copies.get(box.id) : perBox(box));
  const known = painted.map(total).filter((value) => value > 0);
  const scale = coloring.kind === "log" ? logScale(known, coloring.range) : rootScale(known);
  const areCopied = isSum(coloring) && boxes.some((box) => box.blocks);
  const words = areCopied ? `${scale.words}, all copies` : scale.words;
  return { of: (box) => rampLook(total(box), scale, theme, isPainted(box)), legend: { scale, words } };
}

const isPainted = (box) => ["module", "stack", "op"].includes(box.kind);

function rampLook(value, scale, theme, isShown) {
  if (!isShown) return null;
  if (isBad(value)) return { name: "is-bad" };
  if (!(value > 0)) return { name: "is-none" };
  const color = rampColor(theme, scale.share(value));
  return { name: "is-valued", fill: `rgb(${color.join(" ")})`, ink: inkOn(color) };
}

function badLook(count) {
  return { name: count > 0 ? "is-bad" : "is-none" };
}

function categories(boxes, perBox) {
  const known = [...new Set(boxes.filter(isPainted).map(perBox).filter(Boolean))].sort();
  const colorOf = (value) => `var(--run-${(known.indexOf(value) % NUM_COLORS) + 1})`;
  const of = (box) => {
    if (!isPainted(box)) return null;
    return perBox(box) ? { name: "is-category", family: colorOf(perBox(box)) } : { name: "is-none" };
  };
  return { of, legend: { categories: known.map((name) => ({ name, color: colorOf(name) })) } };
}

// The cells of a stack: of the quantity itself where blocks can differ in it, else of the gradient norm.
function makeCells(coloring, boxes, values, theme) {
  const shown = ["log", "bad"].includes(coloring.kind) ? coloring : findColoring("grad_norm");
  const held = values[shown.key] ?? {};
  const ids = boxes.flatMap((box) => box.blocks ?? []).filter((id) => held[id] !== undefined);
  if (ids.length === 0) return { of: () => null, name: "" };
  const scale = shown.kind === "log" && logScale(ids.map((id) => held[id]), shown.range);
  const of = (id) => (shown.kind === "bad" ? badLook(held[id]) : rampLook(held[id], scale, theme, true));
  return { of: (id) => ({ ...of(id), title: held[id] === undefined ? "" : `${shown.name} ${write(shown, held[id])}` }), name: shown.symbol ?? shown.name };
}

function writeNumber(coloring, value, values, box) {
  if (coloring.kind === CATEGORY) return value ?? "";
  if (coloring.kind !== undefined) return value === undefined ? "" : value || coloring.kind === "bad" ? write(coloring, value) : "";
  const scalar = values.value?.[box.item];
  if (box.params || box.tied) return box.params ? shortCount(box.params) : "tied";
  return scalar === undefined ? "" : writeValue(scalar, shortValue);
}

export function write(coloring, value) {
  return writeValue(value, coloring.write);
}

// How often each box stands in the model: a box in an open stack is one of its blocks.
export function countCopies(boxes) {
  const copies = new Map();
  const byId = new Map(boxes.map((box) => [box.id, box]));
  for (const box of boxes) {
    const outer = byId.get(box.parent);
    copies.set(box.id, outer ? copies.get(outer.id) * (outer.blocks?.length ?? 1) : 1);
  }
  return copies;
}
