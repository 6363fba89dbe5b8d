// What the table under a plot says: a row for each run, in the chosen order, and the same as text.

import { bandColumn } from "../cards/margins.js";
import { formatClock, formatCount, formatDelta, formatDuration, formatShare, formatValue } from "../format.js";
import { METRIC } from "../view_codecs.js";
import { hasPoints, nearestPoint, placePoints, shownValues, timeDigits, valueAt } from "./nearest.js";

export const SORTS = ["value", "nearest", "name"];

// The points of the lines that are nearest to x: [{line, index, raw, value, step, seconds, x, delta, base}]. `value` is
// what is drawn strongest, `seconds` are since the run began, `delta` is what the value has over the baseline, `base`,
// there: null for the baseline, without one, and beyond its ends.
export function describePoints(lines, x) {
  const baselines = baselinesOf(lines);
  return lines.filter(hasPoints).map((line) => {
    const index = nearestPoint(line, x);
    const [value, place] = [shownValues(line)[index], line.x.points[index]];
    const baseline = baselines.get(line.tagName);
    const point = { line, index, raw: line.values[index], value, step: line.steps[index], seconds: line.walls?.at(index), x: place, baseline: baseline === line ? undefined : baseline };
    return { ...point, ...differenceAt(point, place, value) };
  });
}

// {delta, base} of a value at x to the line of the baseline there; null where that has none.
export function differenceAt({ baseline }, x, value) {
  const base = baseline ? valueAt(baseline, x) : null;
  return { delta: base === null ? null : value - base, base };
}

// The line of the baseline at each tag; where groups are drawn, it is a member of one.
function baselinesOf(lines) {
  const members = lines.flatMap(({ group, tagName }) => (group?.members ?? []).map((member) => ({ ...member, tagName, axis: group.axis })));
  const placed = members.filter(({ run }) => run.isBaseline).map((member) => ({ ...member, x: placePoints(member.source, member.axis) }));
  const found = [...lines.filter(({ run }) => run.isBaseline), ...placed].filter(hasPoints);
  return new Map(found.map((line) => [line.tagName, line]));
}

// sort: one of SORTS. Nearest means to the value of the lit line.
export function sortPoints(points, sort, lit) {
  const center = points.find(({ line }) => line === lit)?.value ?? 0;
  const compare = {
    value: (a, b) => a.value - b.value,
    nearest: (a, b) => Math.abs(a.value - center) - Math.abs(b.value - center),
    name: (a, b) => collator.compare(a.line.run.label, b.line.run.label),
  }[sort];
  return [...points].sort(compare);
}

// The baseline first, then at most `limit` of the others, around the lit line.
export function pickPoints(points, lit, limit) {
  const baseline = points.filter(({ line }) => line.run.isBaseline);
  const others = points.filter(({ line }) => !line.run.isBaseline);
  const at = Math.max(0, others.findIndex(({ line }) => line === lit));
  const from = Math.max(0, Math.min(at - Math.floor(limit / 2), others.length - limit));
  return [...baseline, ...others.slice(from, from + limit)];
}

// What each column is called and shows: [{title, className, text(point), exact(point), difference(point)}]; the last of
// what tells better from worse, else null.
export function columnsOf(points, { hparams, textOf, axis, isHeld }) {
  const isSmoothed = points.some(({ line }) => line.smoothed);
  const isDelta = points.some(({ line }) => line.baseline); // then all values are differences
  const hasDelta = !isDelta && points.some(({ delta }) => delta !== null);
  const write = isDelta ? sayDifference : ({ value }) => formatValue(value);
  const title = (word) => (isDelta ? `Δ ${word}` : word);
  const wallTime = ({ line, seconds }) => line.firstWall + seconds;
  const digits = Math.max(...points.map(({ line, index }) => timeDigits(line, index)));
  return [
    { title: "Run", className: "run", text: ({ line }) => line.run.shortLabel, exact: ({ line }) => line.run.name },
    ...hparams.map(({ name, title }) => column(title, "hparam", ({ line }) => textOf(line.run.name, name))),
    column(title("value"), isSmoothed ? "raw" : "value", ({ line, raw }) => write({ line, value: raw }), ({ raw }) => raw, isDelta ? ({ raw }) => raw : null),
    isSmoothed && column(title("smoothed"), "value", write, ({ value }) => value, isDelta ? ({ value }) => value : null),
    points.some(({ line }) => line.band) && bandColumn(isDelta ? formatDelta : formatValue),
    hasDelta && column("Δ base", "delta", sayDelta, ({ delta }) => delta ?? "", ({ delta }) => delta),
    isHeld && points.some((point) => shareOf(point) !== null) && column("Δ %", "delta", sayShare, (point) => shareOf(point) ?? "", shareOf),
    axis.startsWith(METRIC) && column(axis.slice(METRIC.length), "", ({ x }) => formatValue(x), ({ x }) => x),
    column("step", "", ({ step }) => formatCount(step), ({ step }) => step),
    column("relative", "", ({ seconds }) => formatDuration(seconds, 2, digits), ({ seconds }) => seconds),
    (isHeld || axis === "wall") && column("wall time", "", (point) => formatClock(wallTime(point), digits), (point) => isoTime(wallTime(point))),
  ].filter(Boolean);
}

// A difference as a share of the baseline's value; null without one, or of zero.
function shareOf({ line, value, delta, base }) {
  if (base === null || base === 0 || line.run.isBaseline) return null;
  const share = (line.baseline ? value : delta) / Math.abs(base);
  return Number.isFinite(share) ? share : null;
}

function sayShare(point) {
  const share = shareOf(point);
  return (share !== null && formatShare(share)) || "–";
}

function column(title, className, text, exact = text, difference = null) {
  return { title, className, text, exact, difference };
}

function sayDifference({ line, value }) {
  return line.run.isBaseline ? "baseline" : formatDelta(value);
}

export function sayDelta({ line, delta }) {
  return line.run.isBaseline ? "baseline" : delta === null ? "–" : formatDelta(delta);
}

function isoTime(wallTime) {
  return Number.isFinite(wallTime) ? new Date(wallTime * 1000).toISOString() : "";
}

// Values as exact as they are known, separated by tabs.
export function toTSV(columns, points) {
  const clean = (cell) => String(cell).replace(/[\t\r\n]+/g, " ");
  const lines = [columns.map(({ title }) => title), ...points.map((point) => columns.map(({ exact }) => exact(point)))];
  return lines.map((cells) => cells.map(clean).join("\t")).join("\n");
}

const collator = new Intl.Collator("en", { numeric: true });
