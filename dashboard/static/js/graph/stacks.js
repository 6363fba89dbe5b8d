// Stacks of repeated blocks: sheets behind the box, a pill with their number, a strip with a cell for each.

import { svg, svgText } from "./svg.js";

const PILL_HEIGHT = 16;
const CELL_HEIGHT = 14;
const CELL_GAP = 2;
const MIN_CELL = 16; // px that a finger or a number needs

export const isStack = (box) => Boolean(box.blocks);

// A stack, or a series of operations: what has a number of equal members.
export const isMany = (box) => isStack(box) || Boolean(box.is_series);

// Two sheets behind a box, each a step further.
export function drawSheets(box, step, radius) {
  return [2, 1].map((i) => svg("rect", { class: "graph-sheet", x: i * step, y: i * step, width: box.width, height: box.height, rx: radius }));
}

// What the pill says: the number of blocks or members, or the turns of a loop as far as they are known.
export function pillText(box) {
  if (isMany(box)) return `×${box.count}`;
  return typeof box.turns === "number" ? `↻${box.turns ? ` ${box.turns}` : ""}` : "";
}

export function pillWidth(box) {
  const text = pillText(box);
  return text ? Math.max(32, 14 + 7 * (text.length - 1)) : 0;
}

export function drawPill(box, x, y) {
  const width = pillWidth(box);
  return svg("g", { class: "graph-pill", transform: `translate(${x} ${y})` }, [
    svg("rect", { width, height: PILL_HEIGHT, rx: PILL_HEIGHT / 2 }),
    svgText(pillText(box), { x: width / 2, y: 12, "text-anchor": "middle" }),
  ]);
}

// The cells, from x to x + width; the one that is shown is framed. `data-place` tells which was picked. Of more blocks
// than fit there are those around the one that is shown, and a cell at each end that goes on.
export function drawStrip(box, { x, y, width }) {
  const cells = cellsOf(box.blocks.length, box.blocks.indexOf(box.shown), Math.floor(width / MIN_CELL));
  const step = width / cells.length;
  return svg(
    "g",
    { class: "graph-strip", transform: `translate(${x} ${y})` },
    cells.map(({ place, text }, i) => {
      const id = box.blocks[place];
      return svg("g", { class: id === box.shown ? "graph-cell is-shown" : "graph-cell", "data-place": place, "data-block": id, transform: `translate(${i * step} 0)` }, [
        svg("rect", { class: "graph-cell-hit", y: -4, width: step, height: CELL_HEIGHT + 8 }),
        svg("rect", { class: "graph-cell-face", width: step - CELL_GAP, height: CELL_HEIGHT, rx: 3 }),
        svgText(text ?? blockNumber(id, place), { x: (step - CELL_GAP) / 2, y: 10.5, "text-anchor": "middle" }),
      ]);
    }),
  );
}

// Which blocks have a cell: all, or a page of them between `‹` and `›`, which lead to the block before and after.
export function cellsOf(count, shown, room) {
  if (count <= room) return places(0, count);
  const size = Math.max(1, room - 2);
  const start = Math.min(Math.floor(Math.max(0, shown) / size) * size, count - size);
  const end = start + size;
  return [...(start > 0 ? [{ place: start - 1, text: "‹" }] : []), ...places(start, end), ...(end < count ? [{ place: end, text: "›" }] : [])];
}

const places = (start, end) => Array.from({ length: end - start }, (_, i) => ({ place: start + i }));

// What the program calls a block: the number in its name, else its place.
export function blockNumber(id, place) {
  const number = /(\d+)\D*$/.exec(id.slice(id.lastIndexOf("/") + 1));
  return number ? number[1] : String(place);
}

// The nearest stack around a box that is open, or the box itself; undefined if there is none.
export function stackAround(boxes, box) {
  const byId = new Map(boxes.map((one) => [one.id, one]));
  for (let at = box; at; at = byId.get(at.parent)) if (isStack(at)) return at;
  return undefined;
}

// The texts of the URL, `h=9`, with others in the place of those of the same stacks.
export function merged(texts, others) {
  const stackOf = (text) => text.slice(0, text.lastIndexOf("="));
  const replaced = new Set(others.map(stackOf));
  return [...texts.filter((text) => !replaced.has(stackOf(text))), ...others];
}

// The same node in another block, by its name.
export function idInBlock(id, box, place) {
  return id.startsWith(`${box.shown}/`) ? box.blocks[place] + id.slice(box.shown.length) : id;
}
