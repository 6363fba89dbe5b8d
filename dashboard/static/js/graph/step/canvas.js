// The rows of a training step as SVG, moved without React. The first column lies in an SVG of its own, which stays in
// sight when a narrow page scrolls sideways.

import { svg } from "../svg.js";
import { drawBlocks, drawCells, drawName } from "./cells.js";
import { drawFlows } from "./flows.js";
import { placeColumns, placeRows } from "./measures.js";
import { drawRibbon, drawUpdateArrow } from "./ribbons.js";
import { spoken } from "./words.js";

const MOVE_MS = 160;
const MAX_ANIMATED = 150;
const EASING = { duration: MOVE_MS, easing: "cubic-bezier(.2, .7, .2, 1)" };
const FRAME_RADIUS = 10;
const SHEET = 5;
const NAMES_GAP = 6; // for the ring around a selected cell

export class StepCanvas {
  // host: an element to draw into
  constructor(host) {
    this.layers = Object.fromEntries(["frames", "flows", "rows"].map((name) => [name, svg("g", { class: `graph-step-${name}` })]));
    this.main = svg("svg", { class: "graph-svg graph-step-main", role: "group", "data-zoom": "near" }, [hatch(), ...Object.values(this.layers)]);
    this.nameLayers = Object.fromEntries(["frames", "rows"].map((name) => [name, svg("g")]));
    this.names = svg("svg", { class: "graph-svg graph-step-names", "aria-hidden": true, "data-zoom": "near" }, Object.values(this.nameLayers));
    host.append(this.main, this.names);
    this.rows = [];
    this.selected = "";
  }

  destroy() {
    this.main.remove();
    this.names.remove();
  }

  // size: {width, height} of what is in sight; live: {norm(row), ratio(row), value(id)}. -> the columns, for the heads
  show(step, size, live) {
    const before = new Map(this.rows.map((row) => [row.id, row]));
    const columns = placeColumns(size.width);
    const { rows, height, frames } = placeRows(step.rows, size.height);
    const scene = { columns, totals: step.totals, optimizer: step.optimizer, live, most: Math.max(1, ...rows.filter((row) => row.kind !== "group").map((row) => row.all.saved_bytes)) };
    this.rows = rows;
    this.columns = columns;
    this.#size(columns, Math.max(height, size.height - 50));
    const last = columns.update.x + columns.update.width;
    const framed = () => frames.flatMap((frame) => drawFrame(frame, columns.module.x - 8, last + 14 - columns.module.x));
    this.layers.frames.replaceChildren(...framed(), ...drawRules(rows, columns.module.x, last));
    this.nameLayers.frames.replaceChildren(...(columns.isNarrow ? framed() : []));
    this.layers.flows.replaceChildren(...drawFlows({ rows, flows: step.flows, columns }));
    this.layers.rows.replaceChildren(...rows.map((row) => drawRow(row, scene)));
    this.nameLayers.rows.replaceChildren(...rows.map((row) => drawNames(row, scene)));
    this.#animate(before);
    return columns;
  }

  #size(columns, height) {
    this.main.setAttribute("width", columns.width);
    this.main.setAttribute("height", height);
    this.names.setAttribute("width", columns.module.x + columns.module.width - NAMES_GAP);
    this.names.setAttribute("height", height);
  }

  select(id) {
    this.selected = id;
    for (const element of this.#elements()) element.classList.toggle("is-selected", element.dataset.id === id);
    for (const row of this.layers.rows.children) row.setAttribute("aria-selected", String(row.dataset.id === id));
  }

  // Dims all but some rows; null dims nothing.
  spotlight(ids) {
    const lit = ids && new Set(ids);
    for (const element of this.#elements()) element.classList.toggle("is-dim", Boolean(lit) && !lit.has(element.dataset.id));
  }

  light(id) {
    for (const element of this.#elements()) element.classList.toggle("is-lit", element.dataset.id === id);
  }

  #elements() {
    return [...this.layers.rows.children, ...this.nameLayers.rows.children];
  }

  // Rows glide from where they were, new ones and all arrows fade in.
  #animate(before) {
    if (before.size === 0 || this.rows.length > MAX_ANIMATED || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const isSame = this.rows.length === before.size && this.rows.every((row) => before.has(row.id));
    if (isSame) return;
    this.rows.forEach((row, i) => {
      const old = before.get(row.id);
      const frames = old ? [old, row].map(({ y }) => ({ transform: `translateY(${y}px)` })) : [{ opacity: 0 }, { opacity: 1 }];
      if (old && old.y === row.y) return;
      for (const layer of [this.layers.rows, this.nameLayers.rows]) layer.children[i].animate(frames, EASING);
    });
    for (const layer of [this.layers.flows, this.layers.frames, this.nameLayers.frames]) {
      layer.animate([{ opacity: 0 }, { opacity: 0, offset: 0.7 }, { opacity: 1 }], { ...EASING, duration: MOVE_MS * 1.5 });
    }
  }
}

export function rowDomId(id) {
  return `graph-row-${encodeURIComponent(id)}`;
}

function drawRow(row, scene) {
  const { columns } = scene;
  const left = columns.module.x - 8;
  const parts = [
    svg("rect", { class: "graph-step-hit", x: left, width: columns.update.x + columns.update.width + 8 - left, height: row.height, rx: 7 }),
    ...drawRibbon(row, scene),
    ...drawUpdateArrow(row, scene),
    ...drawCells(row, scene),
    ...(row.kind === "group" && row.blocks ? drawBlocks(row, scene) : []),
  ];
  const canOpen = row.can_open || row.kind === "group";
  return placed(row, {
    id: rowDomId(row.id),
    role: "treeitem",
    "aria-level": row.depth + 1,
    "aria-expanded": canOpen ? String(row.kind === "group") : undefined,
    "aria-label": spoken(row),
  }, parts);
}

function drawNames(row, scene) {
  const hit = svg("rect", { class: "graph-step-hit is-clear", width: scene.columns.module.x + scene.columns.module.width, height: row.height });
  return placed(row, {}, [hit, ...drawName(row, scene)]);
}

function placed(row, attributes, parts) {
  const group = svg("g", { class: `graph-step-row is-${row.kind}`, "data-id": row.id, ...attributes }, parts);
  group.style.transform = `translateY(${row.y}px)`;
  group.style.setProperty("--family", `var(--f-${row.family})`);
  return group;
}

// The border around what is open at the top level; a stack lies on two sheets.
function drawFrame({ isStack, y, height }, x, width) {
  const place = { width, height, rx: FRAME_RADIUS };
  const sheets = isStack ? [2, 1].map((i) => svg("rect", { class: "graph-step-group is-behind", ...place, x: x + i * SHEET, y: y + i * SHEET })) : [];
  return [...sheets, svg("rect", { class: "graph-step-group", ...place, x, y })];
}

function drawRules(rows, from, to) {
  const tops = rows.filter((row, i) => i > 0 && row.depth === 0 && row.kind !== "group" && rows[i - 1].depth === 0);
  return tops.map((row) => svg("path", { class: "graph-step-rule", d: `M${from},${row.y}H${to}` }));
}

function hatch() {
  const line = svg("path", { class: "graph-step-hatch", d: "M0,6L6,0M-1,1L1,-1M5,7L7,5" });
  return svg("defs", {}, [svg("pattern", { id: "graph-step-hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse" }, [line])]);
}
