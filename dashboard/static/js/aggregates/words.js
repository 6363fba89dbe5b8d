// What centres and bands are called, and what the tooltip says of groups.

import { formatCount, formatDelta, formatValue } from "../format.js";
import { placePoints, valueAt } from "../plot/nearest.js";
import { sayDelta } from "../plot/tooltip_rows.js";
import { METRIC } from "../view_codecs.js";

export const CENTERS = { mean: "Mean", median: "Median", iqm: "IQM" };
const CENTER_COLUMNS = { mean: "mean", median: "median", iqm: "IQM" };
export const BANDS = { ci: "95 % CI", std: "Standard deviation", stderr: "Standard error", minmax: "Min – max", none: "None" };
const SHORT = { ci: "95 % CI", std: "SD", stderr: "SE", minmax: "min – max" };

// As on the button: `Mean ± SD`, `Median, min – max`
export function nameOf(center, band) {
  if (band === "none") return CENTERS[center];
  return band === "minmax" ? `${CENTERS[center]}, ${SHORT[band]}` : `${CENTERS[center]} ± ${SHORT[band]}`;
}

// Columns of the table under a plot, for lines of groups; see tooltip_rows.js.
export function groupColumns(points, axis) {
  const { center, band } = points[0].line.group;
  const isDelta = points.some(({ line }) => line.baseline);
  const write = isDelta ? formatDelta : formatValue;
  const isSmoothed = points.some(({ line }) => line.smoothed);
  const hasDelta = !isDelta && points.some(({ delta }) => delta !== null);
  const column = (title, className, text, exact, difference = null) => ({ title, className, text, exact, difference });
  const at = (pick) => ({ line, index }) => pick(line.group)[index];
  const [low, high, n] = [at(({ low }) => low), at(({ high }) => high), at(({ counts }) => counts)];
  return [
    column("Group", "run", ({ line }) => line.run.label, ({ line }) => line.run.label),
    column(`${isDelta ? "Δ " : ""}${isSmoothed ? "smoothed " : ""}${CENTER_COLUMNS[center]}`, "value", ({ value }) => write(value), ({ value }) => value, isDelta ? ({ value }) => value : null),
    hasDelta && column("Δ base", "delta", sayDelta, ({ delta }) => delta ?? "", ({ delta }) => delta),
    band !== "none" && column(SHORT[band], "band", (point) => writeBand(low(point), high(point), write), (point) => `${low(point)} to ${high(point)}`),
    band !== "minmax" && column("min", "", (point) => writeExtreme(point, Math.min, write), (point) => extremeOf(point, Math.min)),
    band !== "minmax" && column("max", "", (point) => writeExtreme(point, Math.max, write), (point) => extremeOf(point, Math.max)),
    column("n", "", (point) => writeMembers(n(point), point.line.group.numMembers), n),
    axis.startsWith(METRIC) && column(axis.slice(METRIC.length), "", ({ line, index }) => formatValue(line.x.points[index]), ({ line, index }) => line.x.points[index]),
    axis === "step" && column("step", "", ({ line, index }) => formatCount(line.steps[index]), ({ line, index }) => line.steps[index]),
  ].filter(Boolean);
}

// The least, or the greatest, of the members there, each linear between its drawn points; null without one.
function extremeOf({ line, x }, choose) {
  const values = line.group.members.map((member) => valueAt({ ...member, x: placePoints(member.source, line.group.axis) }, x)).filter(Number.isFinite);
  return values.length > 0 ? choose(...values) : null;
}

function writeExtreme(point, choose, write) {
  const value = extremeOf(point, choose);
  return value === null ? "–" : write(value);
}

// A band of one run is none.
function writeBand(low, high, write) {
  return Number.isNaN(low) ? "–" : `${write(low)} to ${write(high)}`;
}

// Of how many runs a point is, where that is not all of them.
function writeMembers(n, numMembers) {
  return n === numMembers ? String(n) : `${n} of ${numMembers}`;
}
