// What centres and bands are called, and what the tooltip says of groups.

import { bandColumn } from "../cards/margins.js";
import { formatCount, formatDelta, formatValue } from "../format.js";
import { sayDelta } from "../plot/tooltip_rows.js";
import { METRIC } from "../view_codecs.js";
import { pointOf } from "./lines.js";

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
  const isMargin = points.some(({ line }) => line.band);
  const hasDelta = !isDelta && points.some(({ delta }) => delta !== null);
  const column = (title, className, text, exact, difference = null) => ({ title, className, text, exact, difference });
  const extreme = (title, pick) => column(title, "", (point) => write(pick(groupAt(point))), (point) => pick(groupAt(point)));
  return [
    column("Group", "run", ({ line }) => line.run.label, ({ line }) => line.run.label),
    column(`${isDelta ? "Δ " : ""}${isSmoothed ? "smoothed " : ""}${CENTER_COLUMNS[center]}`, "value", ({ value }) => write(value), ({ value }) => value, isDelta ? ({ value }) => value : null),
    hasDelta && column("Δ base", "delta", sayDelta, ({ delta }) => delta ?? "", ({ delta }) => delta),
    isMargin ? bandColumn(write) : band !== "none" && column(SHORT[band], "band", (point) => writeBand(groupAt(point), write), (point) => sayBand(groupAt(point))),
    (isMargin || band !== "minmax") && extreme("min", ({ least }) => least),
    (isMargin || band !== "minmax") && extreme("max", ({ greatest }) => greatest),
    column("n", "", (point) => writeMembers(groupAt(point).n, point.line.group.numMembers), (point) => groupAt(point).n),
    axis.startsWith(METRIC) && column(axis.slice(METRIC.length), "", ({ x }) => formatValue(x), ({ x }) => x),
    axis === "step" && column("step", "", ({ step }) => formatCount(step), ({ step }) => step),
  ].filter(Boolean);
}

// What is known of the members there: as it was asked for exactly, else as it is drawn.
function groupAt({ line, index, group }) {
  return group ?? pointOf(line.group, index);
}

// A band of one run is none.
function writeBand({ low, high }, write) {
  return Number.isNaN(low) ? "–" : `${write(low)} to ${write(high)}`;
}

function sayBand({ low, high }) {
  return Number.isNaN(low) ? "" : `${low} to ${high}`;
}

// Of how many runs a point is, where that is not all of them.
function writeMembers(n, numMembers) {
  return n === numMembers ? String(n) : `${n} of ${numMembers}`;
}
