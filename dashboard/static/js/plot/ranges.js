// The extent of a plot: what its axes span.

import { shownValues } from "./nearest.js";

const PADDING = 0.05;
const CLIPPED_SHARE = 0.01; // of the values at each end

// [from, to] of the x-axis: the zoom, else all points of all lines. A log axis shows positive positions only.
export function rangeOfX(lines, zoom, isLog = false) {
  if (zoom && (!isLog || zoom[0] > 0)) return zoom;
  let [low, high] = [Infinity, -Infinity];
  for (const { x: { extent } } of lines) {
    low = Math.min(low, isLog ? extent.leastPositive : extent.low);
    high = Math.max(high, extent.high);
  }
  if (zoom) high = zoom[1];
  if (!(low <= high)) return isLog ? [1, 10] : [0, 1];
  if (isLog) return low === high ? [low / 2, high * 2] : [low, high];
  return low === high ? [low - 1, high + 1] : [low, high];
}

// [from, to] of all points, as far as lines tell that were asked for in a range: one point beyond each end of it is
// there, unless the data end before. ±Infinity where they go on, and for groups, which do not tell.
export function knownEnds(lines) {
  const areKnown = (isEnd) => lines.every((line) => !line.group && (!line.range || isEnd(line)));
  const [low, high] = rangeOfX(lines, null);
  return [
    areKnown(({ x, range }) => x.extent.low >= range[0]) ? low : -Infinity,
    areKnown(({ x, range }) => x.extent.high <= range[1]) ? high : Infinity,
  ];
}

// [from, to] of the y-axis: the values in sight, with a little air; a log axis shows positive values only, any other
// that of differences zero.
export function rangeOfY(lines, { zoom, isLog, isClipped, isDelta = false }) {
  const range = rangeOfValues(lines, { zoom, isLog, isClipped });
  return isDelta && !isLog ? withZero(range) : range;
}

// Where none is in sight, those beside it say at what height a line goes by.
function rangeOfValues(lines, { zoom, isLog, isClipped }) {
  const [low, high] = isClipped ? middleOf(valuesInSight(lines, zoom, isLog)) : extentOf(lines, zoom, isLog);
  if (!(low <= high) && zoom) return rangeOfValues(lines, { zoom: null, isLog, isClipped });
  if (!(low <= high)) return isLog ? [0.1, 10] : [0, 1];
  if (isLog) return low === high ? [low / 2, high * 2] : [low / (high / low) ** PADDING, high * (high / low) ** PADDING];
  const air = low === high ? Math.abs(low) * 0.1 || 1 : (high - low) * PADDING;
  return [low - air, high + air];
}

function withZero([low, high]) {
  if (low < 0 && high > 0) return [low, high];
  return low >= 0 ? [-high * PADDING, high] : [low, -low * PADDING];
}

// How many drawn values in sight lie beyond the y-axis. isLog: what is not above 0 has no place there, and is no outlier
export function countOutside(lines, zoom, [low, high], isLog) {
  let count = 0;
  for (const { x, values } of lines) {
    for (let i = 0; i < values.length; i += 1) {
      if ((values[i] < low || values[i] > high) && (!isLog || values[i] > 0) && isInSight(x.points[i], zoom)) count += 1;
    }
  }
  return count;
}

function extentOf(lines, zoom, isLog) {
  let [low, high] = [Infinity, -Infinity];
  for (const { x, values } of lines) {
    for (let i = 0; i < values.length; i += 1) {
      const value = values[i];
      if ((value >= low && value <= high) || (isLog && value <= 0) || !isInSight(x.points[i], zoom)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

// Of smoothed lines the smoothed values: what is raw is behind them and may be cut.
function valuesInSight(lines, zoom, isLog) {
  const found = new Float64Array(lines.reduce((sum, { values }) => sum + values.length, 0));
  let count = 0;
  for (const line of lines) {
    const values = shownValues(line);
    for (let i = 0; i < values.length; i += 1) {
      if (isInSight(line.x.points[i], zoom) && !(isLog && values[i] <= 0)) found[count++] = values[i];
    }
  }
  return found.subarray(0, count).sort();
}

function middleOf(sorted) {
  const cut = Math.floor(sorted.length * CLIPPED_SHARE);
  return [sorted[cut], sorted[sorted.length - 1 - cut]];
}

function isInSight(position, zoom) {
  return !zoom || (position >= zoom[0] && position <= zoom[1]);
}
