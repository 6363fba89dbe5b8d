// Drawing one box. Its content is drawn around (0, 0), so that moving it is one transform.

import { formatCount } from "../format.js";
import { changeMark, changedLine, spokenChange } from "./change_marks.js";
import { drawPill as drawCount, drawSheets, drawStrip, isMany, isStack, pillWidth, blockNumber } from "./stacks.js";
import { svg, svgText } from "./svg.js";
import { elide, textWidth } from "./text.js";
import { thirdLine } from "./third_line.js";

const TEXT_X = 16;
const RIGHT_PAD = 10;
const BAR_PAD = 26;
const MAX_SPOKEN = 2; // names of readers

const SIGNS = { "+": "M-5,0h10M0,-5v10", "−": "M-5,0h10", "×": "M-4,-4l8,8M4,-4l-8,8", "‖": "M-2.5,-5v10M2.5,-5v10" };

const PAINTERS = { module: drawModule, stack: drawStack, group: drawGroup, op: drawOp, join: drawJoin, input: drawPill, output: drawPill, aux: drawAux, more: drawAux };

// All that `drawBox` draws from, as text: boxes of one look differ in their places only.
export function lookOf(box, totals, coloring, targets) {
  const { x, y, spine, ...content } = box;
  return JSON.stringify([content, totals, coloring.look(box), coloring.number(box), coloring.cellsName, box.blocks?.map(coloring.cell), targets]);
}

// coloring: of colors.js; targets: names of what reads it
export function drawBox(box, totals, coloring, targets) {
  const group = svg("g", {
    class: `graph-box is-${box.kind}${box.change ? ` change-${box.change}` : ""}`,
    "data-id": box.id,
    id: boxDomId(box.id),
    role: "treeitem",
    "aria-level": box.level + 1,
    "aria-haspopup": box.members ? "dialog" : undefined,
    "aria-expanded": box.can_open ? String(box.kind === "group") : undefined,
    "aria-label": spokenName(box, targets),
  });
  fillBox(group, box, totals, coloring);
  return group;
}

// Draws the content of a box into its element, anew when the colours are others.
export function fillBox(group, box, totals, coloring) {
  wear(group, coloring.look(box));
  group.style.setProperty("--family", coloring.look(box)?.family ?? `var(--f-${box.family})`);
  group.replaceChildren(...[...PAINTERS[box.kind](box, totals, coloring), changeMark(box)].filter(Boolean));
  for (const cell of group.querySelectorAll(".graph-cell")) paintCell(cell, coloring.cell(cell.dataset.block));
}

const LOOKS = ["is-valued", "is-none", "is-bad", "is-category"];

function wear(element, look) {
  for (const name of LOOKS) element.classList.toggle(name, look?.name === name);
  element.style.setProperty("--fill", look?.fill ?? "");
  element.style.setProperty("--ink", look?.ink ?? "");
}

function paintCell(cell, look) {
  wear(cell, look);
  if (look?.title) cell.prepend(svg("title", {}, [document.createTextNode(look.title)]));
}

export function boxDomId(id) {
  return `graph-box-${encodeURIComponent(id)}`;
}

// targets: names of what reads it
export function spokenName(box, targets = []) {
  const members = isMany(box) ? `${box.count} ${isStack(box) ? "identical blocks" : "operations"}` : "";
  const parts = [box.name, members, box.op && box.op !== box.name ? box.op : "", box.detail];
  if (box.turns) parts.push(`${formatCount(box.turns)} turns`);
  if (box.params) parts.push(`${formatCount(box.params)} parameters`);
  if (box.tied) parts.push(`tied with ${box.tied}`);
  const reader = targets.length > 0 ? `to ${targets.slice(0, MAX_SPOKEN).join(" and ")}` : "";
  return [...parts, reader, spokenChange(box)].filter(Boolean).join(", ");
}

function frame(box, radius, name = "graph-frame") {
  return svg("rect", { class: name, width: box.width, height: box.height, rx: radius });
}

function drawModule(box, totals, coloring) {
  const right = coloring.number(box);
  const room = box.width - TEXT_X - RIGHT_PAD;
  const pill = pillWidth(box);
  const name = elide(box.name, room - (right ? textWidth(right, "number") + 8 : 0) - (pill && pill + 8), "name");
  return [
    ...(isMany(box) ? drawSheets(box, 5, 8) : []),
    frame(box, 8, "graph-under"),
    frame(box, 8),
    svg("path", { class: "graph-stripe", d: `M6,9v${box.height - 18}` }),
    svgText(name, { class: "graph-name", x: TEXT_X, y: 20 }),
    pill > 0 && drawCount(box, TEXT_X + textWidth(name, "name") + 8, 8),
    right && svgText(right, { class: "graph-number", x: box.width - RIGHT_PAD, y: 20, "text-anchor": "end" }),
    changedLine(box, room, { x: TEXT_X, y: 35.5 }) ?? svgText(secondLine(box, room), { class: "graph-detail", x: TEXT_X, y: 35.5 }),
    thirdLine(box, TEXT_X, room),
    ...shareBar(box, totals),
  ];
}

// Drops the activation before it cuts.
function secondLine(box, room) {
  const whole = [box.is_series && box.op === box.name ? "" : box.op, box.detail].filter(Boolean).join(" ");
  if (textWidth(whole, "detail") <= room) return whole;
  const front = whole.split(" · ");
  return elide(front.length === 2 && box.op ? front[0] : whole, room, "detail");
}

function drawStack(box, totals, coloring) {
  const room = box.width - TEXT_X - RIGHT_PAD;
  const right = coloring.number(box);
  const nameRoom = room - pillWidth(box) - 8 - (right ? textWidth(right, "number") + 8 : 0);
  const name = elide(box.name, nameRoom, "name");
  return [
    ...drawSheets(box, 5, 8),
    frame(box, 8, "graph-under"),
    frame(box, 8),
    svg("path", { class: "graph-stripe", d: `M6,9v${box.height - 18}` }),
    svgText(name, { class: "graph-name", x: TEXT_X, y: 21 }),
    drawCount(box, TEXT_X + textWidth(name, "name") + 8, 9),
    right && svgText(right, { class: "graph-number", x: box.width - RIGHT_PAD, y: 21, "text-anchor": "end" }),
    svgText(secondLine(box, room), { class: "graph-detail", x: TEXT_X, y: 38 }),
    drawStrip(box, { x: TEXT_X, y: 50, width: room + 2 }),
  ];
}

// Of what was removed, the share of the graph that had it.
function shareBar(box, { params, was }) {
  const whole = box.change === "removed" ? was : params;
  if (!box.params || !whole) return [];
  const width = box.width - BAR_PAD;
  const place = { x: TEXT_X, y: box.height - 7.5, height: 3, rx: 1.5 };
  return [
    svg("rect", { class: "graph-bar", width, ...place }),
    svg("rect", { class: "graph-bar-share", width: Math.max(2, (width * Math.min(whole, box.params * box.copies)) / whole), ...place }),
  ];
}

function drawGroup(box, totals, coloring) {
  return isStack(box) ? drawOpenStack(box, coloring) : drawOpenModule(box, coloring);
}

function drawOpenStack(box, coloring) {
  const right = [coloring.cellsName && `${coloring.cellsName} by block`, `showing ${shownName(box)}`].filter(Boolean).join(" · ");
  const nameRoom = box.width - 34 - 12 - pillWidth(box) - 16 - textWidth(right, "detail");
  const name = elide(box.name, nameRoom, "name");
  const nameWidth = textWidth(name, "name");
  const opRoom = nameRoom - nameWidth - 8;
  return [
    ...drawSheets(box, 6, 10),
    frame(box, 10, "graph-under"),
    frame(box, 10),
    svg("rect", { class: "graph-head", width: box.width, height: 58 }),
    svg("path", { class: "graph-rule", d: `M0.5,58H${box.width - 0.5}` }),
    ...foldSign(),
    svgText(name, { class: "graph-name", x: 34, y: 21.5 }),
    drawCount(box, 34 + nameWidth + 8, 9),
    box.op && opRoom > 40 && svgText(elide(box.op, opRoom, "detail"), { class: "graph-detail", x: 34 + nameWidth + 16 + pillWidth(box), y: 21 }),
    svgText(right, { class: "graph-detail", x: box.width - 12, y: 21, "text-anchor": "end" }),
    drawStrip(box, { x: 34, y: 36, width: box.width - 34 - 10 }),
  ];
}

// As the program writes it: `h.9`.
function shownName(box) {
  return `${box.name}.${blockNumber(box.shown, box.blocks.indexOf(box.shown))}`;
}

function foldSign() {
  return [
    svg("rect", { class: "graph-fold", x: 12, y: 10, width: 14, height: 14, rx: 3 }),
    svg("path", { class: "graph-fold-minus", d: "M15.5,17h7" }),
  ];
}

function drawOpenModule(box, coloring) {
  const pill = pillWidth(box);
  const nameWidth = textWidth(box.name, "name") + (pill && pill + 8);
  const right = coloring.number(box);
  const opRoom = box.width - 42 - nameWidth - 24 - (right ? textWidth(right, "number") : 0);
  const op = box.op && opRoom > 40 ? elide(box.op, opRoom, "detail") : "";
  return [
    frame(box, 10),
    svg("rect", { class: "graph-head", width: box.width, height: 34 }),
    svg("path", { class: "graph-rule", d: `M0.5,34H${box.width - 0.5}` }),
    ...foldSign(),
    svgText(elide(box.name, box.width - 48 - (pill && pill + 8), "name"), { class: "graph-name", x: 34, y: 21.5 }),
    pill > 0 && drawCount(box, 34 + Math.min(nameWidth - pill, box.width - 48 - pill), 9),
    op && svgText(op, { class: "graph-detail", x: 42 + nameWidth, y: 21 }),
    right &&
      nameWidth + 60 + textWidth(right, "number") < box.width &&
      svgText(right, { class: "graph-number", x: box.width - 12, y: 21, "text-anchor": "end" }),
  ];
}

function drawOp(box) {
  const name = elide(box.name, box.width - 16, "op");
  return [
    frame(box, 8, "graph-under"),
    frame(box, 8),
    svgText(name, { class: "graph-op", x: box.width / 2, y: 19, "text-anchor": "middle" }),
  ];
}

function drawJoin(box) {
  const middle = box.width / 2;
  return [
    svg("circle", { class: "graph-frame", cx: middle, cy: middle, r: 11.5 }),
    SIGNS[box.symbol]
      ? svg("path", { class: "graph-sign", d: SIGNS[box.symbol], transform: `translate(${middle} ${middle})` })
      : svgText(box.symbol, { class: "graph-symbol", x: middle, y: middle + 5, "text-anchor": "middle" }),
  ];
}

function drawPill(box) {
  const name = elide(box.name, box.width - 20, "op");
  return [frame(box, 14), svgText(name, { class: "graph-op", x: box.width / 2, y: 18.5, "text-anchor": "middle" })];
}

function drawAux(box) {
  const count = box.item && box.count ? ` ×${box.count}` : "";
  const name = elide(box.name, box.width - 16 - textWidth(count, "detail"), "detail") + count;
  return [frame(box, 12), svgText(name, { class: "graph-detail", x: box.width / 2, y: 16, "text-anchor": "middle" })];
}

export function drawRing(box) {
  const place = { x: -3, y: -3, width: box.width + 6, height: box.height + 6 };
  const radius = { group: 12, input: 17, output: 17, join: 15, aux: 15, more: 15 }[box.kind] ?? 11;
  return svg("rect", { class: "graph-ring", rx: radius, ...place });
}
