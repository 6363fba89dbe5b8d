// Which point is meant by the pointer, and where the points of a line stand.

import { secondDigits } from "../format.js";

const REACH_PX = 30; // beside the pointer; a line that ended farther away is not meant

const placed = new WeakMap(); // decoded series → {axis: where its points stand}

// Where the points of a decoded series stand on an axis: {points, nonFinite, extent, current}. `current` are the points that no
// restart replaced, in the order of x: {x, indices}; indices is null where these are all points as they come. On a metric
// they stand once the series was asked for it, which its `axis` says.
export function placePoints(series, axis) {
  if (!placed.has(series)) placed.set(series, {});
  const known = placed.get(series);
  known[axis] ??= place(series, axis);
  return known[axis];
}

function place(series, axis) {
  const on = {
    step: ({ steps }) => steps,
    relative: ({ walls }) => walls.all,
    wall: ({ walls }) => walls.all.map((wall) => wall + series.firstWall),
  }[axis] ?? (({ x }) => (series.axis === axis && x ? x : new Float64Array()));
  const points = on(series);
  const nonFinite = on(series.nonFinite);
  return { points, nonFinite, current: currentPoints(series, points), extent: extentOf(points, nonFinite) };
}

// {low, high, leastPositive}: ±Infinity without points
function extentOf(...columns) {
  const extent = { low: Infinity, high: -Infinity, leastPositive: Infinity };
  for (const column of columns) {
    for (let i = 0; i < column.length; i += 1) {
      const x = column[i];
      if (x < extent.low) extent.low = x;
      if (x > extent.high) extent.high = x;
      if (x > 0 && x < extent.leastPositive) extent.leastPositive = x;
    }
  }
  return extent;
}

export function currentPoints(series, points) {
  if (points.length === 0) return { x: points, indices: null };
  const isCurrent = !series.superseded.some(Boolean);
  if (isCurrent && isRising(points)) return { x: points, indices: null };
  const indices = isCurrent ? Uint32Array.from(points, (_, i) => i) : indicesOf(series, points.length);
  if (!isRising(indices.map((index) => points[index]))) indices.sort((a, b) => points[a] - points[b] || a - b);
  return { x: Float64Array.from(indices, (index) => points[index]), indices };
}

function indicesOf({ segments, superseded }, length) {
  const indices = [];
  segments.forEach((start, i) => {
    if (!superseded[i]) for (let index = start; index < (segments[i + 1] ?? length); index += 1) indices.push(index);
  });
  return Uint32Array.from(indices);
}

function isRising(values) {
  for (let i = 1; i < values.length; i += 1) if (values[i] < values[i - 1]) return false;
  return true;
}

// Place of the value nearest to x, in values that do not fall; of equal ones the first.
export function nearestIndex(values, x) {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low > 0 && Math.abs(values[low - 1] - x) <= Math.abs(values[low] - x) ? low - 1 : low;
}

// What is drawn strongest of a line.
export function shownValues(line) {
  return line.smoothed ?? line.values;
}

// Index into a line's columns of one of its current points.
export function indexAt({ x: { current } }, at) {
  return current.indices ? current.indices[at] : at;
}

// The point of a line nearest to x on the axis, as an index into its columns.
export function nearestPoint(line, x) {
  return indexAt(line, nearestIndex(line.x.current.x, x));
}

// The point of a line nearest to a step, on whatever axis, as an index into its columns. Steps rise along a line, but
// for programs that log out of order.
export function pointAtStep(line, step) {
  const { x, indices } = line.x.current;
  let [low, high] = [0, x.length - 1];
  const stepAt = (at) => line.steps[indices ? indices[at] : at];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stepAt(middle) < step) low = middle + 1;
    else high = middle;
  }
  return indexAt(line, low > 0 && Math.abs(stepAt(low - 1) - step) <= Math.abs(stepAt(low) - step) ? low - 1 : low);
}

// Decimals of a second that tell a point's time from those of the points beside it.
export function timeDigits({ walls }, index) {
  if (!walls) return 0;
  const gaps = [index - 1, index + 1].map((other) => Math.abs(walls.at(other) - walls.at(index))).filter((gap) => gap > 0);
  return gaps.length > 0 ? secondDigits(Math.min(...gaps)) : 0;
}

export function hasPoints(line) {
  return line.x.current.x.length > 0;
}

// The line whose point at the pointer's x is nearest to it: {line, index}; null without lines.
export function nearestLine(plot, lines, left, top) {
  const x = plot.posToVal(left, "x");
  let best = null;
  let shortest = Infinity;
  for (const line of lines) {
    if (!hasPoints(line)) continue;
    const index = nearestPoint(line, x);
    const aside = Math.abs(plot.valToPos(line.x.points[index], "x") - left);
    const above = Math.abs(plot.valToPos(shownValues(line)[index], "y") - top);
    const distance = above + Math.max(0, aside - REACH_PX);
    if (distance < shortest) {
      shortest = distance;
      best = { line, index };
    }
  }
  return best;
}

// The value of a line between its points at x, by a straight line; null beyond its ends.
export function valueAt(line, x) {
  const places = line.x.current.x;
  const last = places.length - 1;
  if (last < 0 || x < places[0] || x > places[last]) return null;
  const near = nearestIndex(places, x);
  const left = places[near] <= x ? near : near - 1;
  const right = Math.min(left + 1, last);
  const [a, b] = [left, right].map((at) => shownValues(line)[indexAt(line, at)]);
  const width = places[right] - places[left];
  return width > 0 ? a + ((b - a) * (x - places[left])) / width : a;
}
