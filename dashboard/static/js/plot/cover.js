// How much of each pixel a line covers. Where several of its pieces do, what counts is the most that one does: nothing of
// a line that is seen through is darker where its pieces meet.

import { FULL, sheet } from "./pixels.js";

const LEAST = 0.02; // of a pixel

export function coverSegment(x0, y0, x1, y1, half) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  if (Math.abs(dx) < Math.abs(dy)) coverSteep(dy > 0 ? y0 : y1, dy > 0 ? y1 : y0, dx / dy, x0 - (y0 * dx) / dy, half);
  else if (dx !== 0) coverFlat(dx > 0 ? x0 : x1, dx > 0 ? x1 : x0, dy / dx, y0 - (x0 * dy) / dx, half);
}

// From column to column where the middle of a pixel lies on it; `start` is the height at the left edge.
function coverFlat(left, right, slope, start, half) {
  const reach = half * Math.sqrt(1 + slope * slope);
  const last = Math.min(sheet.width - 1, Math.floor(right - 0.5));
  for (let column = Math.max(0, Math.ceil(left - 0.5)); column <= last; column += 1) {
    const middle = start + slope * (column + 0.5);
    coverRows(column, middle - reach, middle + reach, FULL);
  }
}

// From row to row.
export function coverSteep(top, bottom, slope, start, half) {
  const { width, height, cover, first, end } = sheet;
  const reach = half * Math.sqrt(1 + slope * slope);
  const last = Math.min(height - 1, Math.floor(bottom - 0.5));
  for (let row = Math.max(0, Math.ceil(top - 0.5)); row <= last; row += 1) {
    const middle = start + slope * (row + 0.5);
    const [left, right] = [middle - reach, middle + reach];
    const stop = Math.min(width, Math.ceil(right));
    for (let column = Math.max(0, Math.floor(left)); column < stop; column += 1) {
      const place = column * height + row;
      const strength = FULL * (Math.min(right, column + 1) - Math.max(left, column));
      if (cover[place] < strength) cover[place] = strength;
      if (row < first[column]) first[column] = row;
      if (row >= end[column]) end[column] = row + 1;
    }
  }
}

// What a line spans in a column, with its width: where it is steep, what it lacks is in the columns beside it, of a wide
// one in several.
export function coverColumn(column, low, high, half) {
  if (column + half < -1 || column - half > sheet.width) return;
  const tall = high - low;
  const wanted = 2 * half * Math.sqrt(1 + tall * tall);
  const reach = Math.min(half, (wanted - tall) / 2);
  coverRows(column, low - reach, high + reach, FULL);
  let away = 1;
  for (let beside = (wanted / (tall + 2 * reach) - 1) / 2; beside >= LEAST; beside -= 1, away += 1) {
    const strength = FULL * Math.min(1, beside);
    coverRows(column - away, low - reach, high + reach, strength);
    coverRows(column + away, low - reach, high + reach, strength);
  }
}

// Where a line begins or ends.
export function coverEnd(x, y, half) {
  const stop = Math.min(sheet.width, Math.ceil(x + half));
  for (let column = Math.max(0, Math.floor(x - half)); column < stop; column += 1) {
    coverRows(column, y - half, y + half, FULL * (Math.min(x + half, column + 1) - Math.max(x - half, column)));
  }
}

export function coverRows(column, low, high, strength) {
  const { height, cover } = sheet;
  const top = Math.max(0, Math.floor(low));
  const stop = Math.min(height, Math.ceil(high));
  if (column < 0 || column >= sheet.width || top >= stop) return;
  for (let row = top, place = column * height + top; row < stop; row += 1, place += 1) {
    const inside = strength * insideOf(row, low, high);
    if (cover[place] < inside) cover[place] = inside;
  }
  if (top < sheet.first[column]) sheet.first[column] = top;
  if (stop > sheet.end[column]) sheet.end[column] = stop;
}

// How much of a row lies between two heights.
function insideOf(row, low, high) {
  return Math.max(0, Math.min(row + 1, high) - Math.max(row, low));
}
