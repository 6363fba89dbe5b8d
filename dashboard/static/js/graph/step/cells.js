// Drawing one row: its name with parameters, and its cells. Everything is drawn from the row's own top edge.

import { blockNumber, drawPill, drawStrip } from "../stacks.js";
import { svg, svgText } from "../svg.js";
import { elide, textWidth } from "../text.js";
import { flopText, forwardTexts, gradientTexts, paramTexts, shareText, updateTexts } from "./words.js";

const NAMES_GAP = 6; // to the edge of the column, which cuts off
const SHARE_PX = 66;
const SHARE_ROOM = 206;
const TEXT_X = 12;
const STRIP = { most: 20, gap: 14 };

// The first column: name, and parameters with their share of the model's.
export function drawName(row, { columns, totals }) {
  const { x, width } = columns.module;
  const left = x + row.indent;
  if (row.kind === "group") return drawGroupHead(row, left, columns);
  const middle = row.cellY + row.cellHeight / 2;
  if (row.is_quiet) {
    const text = fitted([`${row.name} · ${row.op} · ${flopText(row.flops)}`, `${row.name} · ${row.op}`, row.name], x + width - left - 12, "detail");
    return [svgText(text, { class: "graph-detail", x: left, y: row.height / 2 + 4 })];
  }
  const hasShare = width >= SHARE_ROOM && row.params > 0;
  const room = x + width - left - (hasShare ? SHARE_PX + 40 : 12) - (row.blocks ? 40 : 0);
  const name = elide(row.name, room, "name");
  return [
    row.can_open && drawFold(left, middle - 11, false),
    svgText(name, { class: row.depth ? "graph-name is-inner" : "graph-name", x: left + (row.can_open ? 20 : 0), y: middle - 1 }),
    row.blocks && drawPill(row, left + 28 + textWidth(name, "name"), middle - 13),
    svgText(fitted(paramTexts(row), x + width - left - (hasShare ? SHARE_PX + 30 : 8) - (row.can_open ? 20 : 0), "number"), { class: "graph-step-mono", x: left + (row.can_open ? 20 : 0), y: middle + 14 }),
    ...(hasShare ? drawShare(row, totals, x + width - (width > 250 ? 28 : 18) - SHARE_PX, middle) : []),
  ].filter(Boolean);
}

function drawShare(row, totals, x, middle) {
  const share = row.all.params / Math.max(1, totals.params);
  const place = { x, y: middle + 7.5, height: 4, rx: 2 };
  return [
    svg("rect", { class: "graph-bar", width: SHARE_PX, ...place }),
    svg("rect", { class: "graph-bar-share", width: Math.max(2, SHARE_PX * share), ...place }),
    svgText(shareText(share), { class: "graph-step-mono is-faint", x: x + SHARE_PX, y: middle + 1, "text-anchor": "end" }),
  ];
}

function drawFold(x, y, isOpen) {
  const [cx, cy] = [x + 7, y + 7];
  return svg("g", { class: "graph-step-fold" }, [
    svg("rect", { class: "graph-fold", x, y, width: 14, height: 14, rx: 3 }),
    svg("path", { class: "graph-fold-minus", d: `M${cx - 3.5},${cy}h7${isOpen ? "" : `M${cx},${cy - 3.5}v7`}` }),
  ]);
}

function drawGroupHead(row, left, columns) {
  const middle = row.height / 2;
  const end = columns.module.x + columns.module.width;
  const name = elide(row.name, end - left - 70, "name");
  const after = left + 29 + textWidth(name, "name");
  const x = after + (row.blocks ? 42 : 0);
  return [
    drawFold(left, middle - 7, true),
    svgText(name, { class: "graph-name", x: left + 21, y: middle + 4.5 }),
    row.blocks && drawPill(row, after, middle - 8),
    !columns.isNarrow && svgText(detailOf(row, end - NAMES_GAP - x), { class: "graph-detail", x, y: middle + 4 }),
  ].filter(Boolean);
}

// What stands beside the name of an open row: the block that is shown, as the program writes it, or the op.
function detailOf(row, room) {
  if (!row.blocks) return elide(row.op ?? "", room, "detail");
  const number = blockNumber(row.shown, row.blocks.indexOf(row.shown));
  return fitted([`${row.name}.${number}`, `.${number}`], room, "detail");
}

// The blocks of an open stack, between the arrows: which one the rows below are of.
export function drawBlocks(row, { columns }) {
  const from = columns.forward.x + columns.forward.width / 2 + STRIP.gap;
  const to = columns.gradients.x + columns.gradients.width / 2 - STRIP.gap;
  const width = Math.min(to - from, STRIP.most * row.count);
  return [drawStrip(row, { x: (from + to - width) / 2, y: row.height / 2 - 7, width })];
}

// Forward, gradients and update of one row. live: {norm(row), ratio(row), value(id)}
export function drawCells(row, { columns, optimizer, live }) {
  if (row.cellHeight === 0) return [];
  const cells = [drawCell(row, columns.forward, "is-forward", forwardTexts(row, live.value(row.item)))];
  if (row.kind === "input") return cells;
  if (row.gradients.length || row.backward_flops) cells.push(drawCell(row, columns.gradients, "is-gradient", gradientTexts(row, live.norm(row))));
  if (row.params && optimizer) cells.push(drawCell(row, columns.update, "is-update", updateTexts(row, optimizer, live.ratio(row))));
  return cells;
}

function fitted(texts, room, face) {
  const all = [texts].flat();
  return all.find((text) => textWidth(text, face) <= room) ?? elide(all[all.length - 1], room, face);
}

function drawCell(row, { x, width }, kind, [title, below]) {
  const { cellY: y, cellHeight: height } = row;
  const isTall = height > 30;
  const place = { y, width, height, rx: 7 };
  const sheets = row.kind === "stack" ? [2, 1].map((i) => svg("rect", { class: "graph-step-sheet", ...place, x: x + 5 * i, y: y + 5 * i })) : [];
  return svg("g", { class: `graph-step-cell ${kind}` }, [
    ...sheets,
    svg("rect", { class: "graph-under", ...place, x }),
    svg("rect", { class: "graph-step-frame", ...place, x }),
    kind === "is-forward" && svg("path", { class: "graph-stripe", d: `M${x + 5.5},${y + 9}v${height - 18}` }),
    svgText(fitted(title, width - 20, "op"), { class: "graph-step-title", x: x + TEXT_X, y: y + (isTall ? height / 2 - 4 : height / 2 + 4) }),
    isTall && svgText(fitted(below, width - 18, "number"), { class: "graph-step-mono", x: x + TEXT_X, y: y + height / 2 + 11 }),
    svg("rect", { class: "graph-ring", x: x - 3, y: y - 3, width: width + 6, height: height + 6, rx: 9 }),
  ]);
}

