// What a row keeps for its backward pass, as a ribbon from its forward to its gradient cell, and the arrow to its update.

import { headPath } from "../edges.js";
import { shortBytes } from "../numbers.js";
import { svg, svgText } from "../svg.js";
import { textWidth } from "../text.js";
import { flopText, savedText } from "./words.js";
import { thickness } from "./measures.js";

const TEXT_INSIDE = 15;
const RECOMPUTED = 12;

// most: the saved bytes of the row that keeps most
export function drawRibbon(row, { columns, most }) {
  const bytes = row.all.saved_bytes;
  const recomputed = row.all.recomputed_flops;
  if (row.cellHeight === 0 || row.kind === "input" || (!bytes && !recomputed)) return [];
  const from = columns.forward.x + columns.forward.width + (row.kind === "stack" ? 13 : 3);
  const to = columns.gradients.x - 3;
  const y = row.cellY + row.cellHeight / 2;
  const width = bytes ? thickness(bytes, most, row.cellHeight) : RECOMPUTED;
  const head = width > 10 ? 12 : 8;
  const names = ["graph-step-ribbon", width > 6 ? "" : "is-thin", recomputed ? "is-recomputed" : ""];
  return [
    svg("path", { class: names.filter(Boolean).join(" "), d: ribbonPath(from, to, y, width, head), fill: recomputed ? "url(#graph-step-hatch)" : undefined }),
    ...drawText(row, (from + to - head / 2) / 2, y, width, to - from - head),
  ];
}

function ribbonPath(from, to, y, width, head) {
  const [half, neck] = [width / 2, to - head];
  return `M${from},${y - half}H${neck}V${y - half - 4}L${to},${y}L${neck},${y + half + 4}V${y + half}H${from}Z`;
}

function drawText(row, x, y, width, room) {
  const place = { x, "text-anchor": "middle" };
  const isInside = width >= TEXT_INSIDE;
  const fits = (text) => textWidth(text, "number") <= (isInside ? room - 12 : room + 6);
  const words = isInside ? [savedText(row, true), shortBytes(row.all.saved_bytes)] : [savedText(row, false)];
  const saved = row.all.saved_bytes ? (words.find(fits) ?? words[words.length - 1]) : "";
  const flops = row.all.recomputed_flops ? flopText(row.all.recomputed_flops) : "";
  const again = flops && [`recomputes ${flops}`, `↻ ${flops}`].find(fits);
  const above = y - width / 2 - 5;
  const below = y + width / 2 + 13;
  return [
    saved && svgText(saved, { class: isInside ? "graph-step-inside" : "graph-step-mono", ...place, y: isInside ? y + 4 : above }),
    again && svgText(again, { class: "graph-step-mono", ...place, y: saved ? below : above }),
  ].filter(Boolean);
}

export function drawUpdateArrow(row, { columns, optimizer }) {
  if (!row.params || !optimizer || row.cellHeight === 0 || row.kind === "input") return [];
  const from = columns.gradients.x + columns.gradients.width + (row.kind === "stack" ? 10 : 0);
  const [to, y] = [columns.update.x - 2, row.cellY + row.cellHeight / 2];
  return [
    svg("path", { class: "graph-edge-line", d: `M${from},${y}H${to - 7}`, "stroke-width": 1.4 }),
    svg("path", { class: "graph-edge-head", d: headPath([to, y, "r"], 1.4) }),
    svgText(shortBytes(row.param_bytes), { class: "graph-step-mono is-faint", x: (from + to) / 2 - 2, y: y - 5, "text-anchor": "middle" }),
  ];
}
