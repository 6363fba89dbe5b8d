// Lines as pixels: a page of cards has not the time that a canvas takes to stroke noisy lines of thousands of points. How
// much of each pixel a line covers is found first, then its colour is blended in once.

import { coverColumn, coverEnd, coverRows, coverSegment, coverSteep } from "./cover.js";
import { FULL, begin, blendCovered, blendRows, inkOf, keep, paint, restore, sheet } from "./pixels.js";

export { begin, keep, paint, restore };

const DENSE = 3; // points of a column
const FLAT = 2; // rows that a column of a flat line covers beyond its width
const THIN = 1; // half of a line's width, from which on its corners are seen
const MAX_DASHED_PX = 100_000; // longer ones lead far out of the picture

let points = { x: new Float64Array(0), y: new Float64Array(0) };

// Room for the points of a line, {x, y}: pixels from the picture's corner, all finite.
export function room(numPoints) {
  if (points.x.length < numPoints) points = { x: new Float64Array(numPoints), y: new Float64Array(numPoints) };
  return points;
}

// Draws a line through some of the points there. Where they lie closer than the columns, dashes lie along the columns: along
// a line that goes up and down in each they would be dust.
//   color   [red, green, blue]
//   dash    lengths of what is drawn and what is left out, in turns; empty for all of the line
export function stroke(from, to, { color, alpha, width: lineWidth, dash }) {
  const half = lineWidth / 2;
  const ink = inkOf(color, alpha);
  const density = (to - from) / (1 + Math.abs(points.x[to - 1] - points.x[from]));
  const alongColumns = density > 1 ? dash : [];
  if (density > DENSE) coverDense(from, to, half);
  else if (dash.length > alongColumns.length) coverDashed(from, to, half, dash);
  else drawSparse(from, to, half, dash.length > 0 ? null : ink);
  blendCovered(ink, alongColumns, lineWidth + FLAT);
}

// In each column what the points there span, with where the line comes in and goes out.
function coverDense(from, to, half) {
  const { x, y } = points;
  coverEnd(x[from], y[from], half);
  let low = y[from];
  let high = low;
  let column = Math.floor(x[from]);
  for (let i = from + 1; i < to; i += 1) {
    const next = Math.floor(x[i]);
    if (next !== column) {
      const isBeside = Math.abs(next - column) === 1;
      const edge = isBeside ? y[i] + ((Math.max(next, column) - x[i]) * (y[i - 1] - y[i])) / (x[i - 1] - x[i]) : y[i - 1];
      coverColumn(column, Math.min(low, edge), Math.max(high, edge), half);
      if (!isBeside) coverSegment(x[i - 1], y[i - 1], x[i], y[i], half);
      low = isBeside ? edge : y[i];
      high = low;
      column = next;
    }
    if (y[i] < low) low = y[i];
    if (y[i] > high) high = y[i];
  }
  coverColumn(column, low, high, half);
  coverEnd(x[to - 1], y[to - 1], half);
}

function drawSparse(from, to, half, ink) {
  const { x, y } = points;
  if (half > THIN) for (let i = from + 1; i < to - 1; i += 1) coverEnd(x[i], y[i], 0.8 * half);
  coverEnd(x[from], y[from], half);
  coverEnd(x[to - 1], y[to - 1], half);
  let isRising = true;
  for (let i = from + 1; i < to; i += 1) {
    const dx = x[i] - x[i - 1];
    const dy = y[i] - y[i - 1];
    if (dx < 0) isRising = false;
    if (Math.abs(dx) < Math.abs(dy)) coverSteep(Math.min(y[i - 1], y[i]), Math.max(y[i - 1], y[i]), dx / dy, x[i] - (y[i] * dx) / dy, half);
  }
  drawFlat(from, to, half, isRising ? ink : null);
}

// The pieces that are flat, from column to column where the middle of a pixel lies on them. Of a line that runs to the right
// nothing but what is steep covers such a column too; where that does not, the line is blended in at once. Without an ink
// nothing is.
function drawFlat(from, to, half, ink) {
  const { x, y } = points;
  const { width, height, end } = sheet;
  let next = 0; // column, of a line that rises
  for (let i = from + 1; i < to; i += 1) {
    const dx = x[i] - x[i - 1];
    const dy = y[i] - y[i - 1];
    if (dx === 0 || Math.abs(dx) < Math.abs(dy)) continue;
    const slope = dy / dx;
    const reach = half * Math.sqrt(1 + slope * slope);
    const stop = Math.min(width, Math.floor(Math.max(x[i - 1], x[i]) - 0.5) + 1);
    let column = Math.max(next, Math.ceil(Math.min(x[i - 1], x[i]) - 0.5));
    let middle = y[i] + slope * (column + 0.5 - x[i]);
    const last = middle + slope * (stop - 1 - column);
    const isInside = Math.min(middle, last) >= reach && Math.max(middle, last) + reach < height;
    for (; column < stop; column += 1, middle += slope) {
      if (ink && isInside && end[column] === 0) blendRows(column * height, middle - reach, middle + reach, ink);
      else coverRows(column, middle - reach, middle + reach, FULL);
    }
    if (ink) next = Math.max(next, column);
  }
}

function coverDashed(from, to, half, dash) {
  const { x, y } = points;
  let [turn, left] = [0, dash[0]];
  for (let i = from + 1; i < to; i += 1) {
    const [dx, dy] = [x[i] - x[i - 1], y[i] - y[i - 1]];
    const length = Math.hypot(dx, dy);
    if (!(length < MAX_DASHED_PX)) coverSegment(x[i - 1], y[i - 1], x[i], y[i], half);
    for (let at = 0; at < length && length < MAX_DASHED_PX; ) {
      const isWhole = at + left <= length;
      const stop = isWhole ? at + left : length;
      if (turn % 2 === 0) coverSegment(x[i - 1] + (dx * at) / length, y[i - 1] + (dy * at) / length, x[i - 1] + (dx * stop) / length, y[i - 1] + (dy * stop) / length, half);
      left = isWhole ? dash[(turn += 1) % dash.length] : left - (length - at);
      at = stop;
    }
  }
}
