// A group of runs as a line of a plot, which looks like one of a run and has a band beside it.

import { indexAt, nearestIndex, placePoints } from "../plot/nearest.js";
import { dashOf } from "../runs/colors.js";

const NOTHING = new Float64Array();

// The lines of the groups, in their order; null where what is there is of other groups, or of another axis.
//   aggregates   Map(key of the group → its curve, as load.js gives it)
//   groups       [{key, runs}]: those to draw
//   described    the session's groups: {key, label, color, slot}
//   members      lines of the runs
//   baseline     the run that is taken off, or null
export function groupLines(aggregates, { groups, described, members, axis, baseline }) {
  if (!groups || groups.length === 0 || aggregates.size === 0) return null;
  const byKey = new Map(described.map((group) => [group.key, group]));
  const byRun = new Map(members.map((line) => [line.name, line]));
  const known = groups.filter(({ key }) => aggregates.get(key)?.axis === axis && aggregates.get(key).baseline === baseline);
  if (known.length < groups.filter(({ runs }) => runs.some((run) => byRun.has(run))).length) return null;
  return known.map(({ key, runs }) => makeLine(aggregates.get(key), byKey.get(key), runs.flatMap((run) => byRun.get(run) ?? [])));
}

function makeLine(aggregate, { key, label, color, slot }, members) {
  const { x, values, lineStarts, numTotal, last } = aggregate;
  const source = sourceOf(aggregate);
  return {
    ...source,
    name: key,
    tagName: aggregate.tagName,
    run: { name: label, label, shortLabel: label, color, dash: dashOf(slot), isBaseline: false, isGroup: true },
    source,
    steps: aggregate.axis === "step" ? x : stepsAt(x, members, aggregate.axis),
    values,
    smoothed: aggregate.smoothed,
    segments: lineStarts,
    numTotal,
    lastValue: last,
    counts: [0, 0, 0],
    baseline: aggregate.baseline,
    group: { ...aggregate, members },
  };
}

const sources = new WeakMap();

// What nearest.js places: the same object for the same curve.
function sourceOf(aggregate) {
  if (!sources.has(aggregate)) sources.set(aggregate, makeSource(aggregate));
  return sources.get(aggregate);
}

function makeSource({ x, axis, lineStarts }) {
  const nonFinite = { steps: NOTHING, x: NOTHING, walls: { all: NOTHING }, kinds: new Uint32Array() };
  return { steps: x, walls: { all: x, at: (index) => x[index] }, firstWall: 0, x, axis, superseded: new Uint32Array(lineStarts.length), nonFinite };
}

// The step that stands at each place of an axis of time or of a metric: that of the member with the most points.
function stepsAt(x, members, axis) {
  const longest = members.reduce((best, line) => (line.steps.length > (best?.steps.length ?? 0) ? line : best), null);
  if (!longest) return x;
  const line = { ...longest, x: placePoints(longest.source, axis) };
  return x.map((place) => line.steps[indexAt(line, nearestIndex(line.x.current.x, place))]);
}

// What a curve says at one of its points: {x, raw, value: what is drawn strongest, low, high, least, greatest, n}
export function pointOf({ x, values, smoothed, low, high, least, greatest, counts }, index) {
  const at = (column) => column?.[index] ?? NaN;
  return { x: x[index], raw: values[index], value: (smoothed ?? values)[index], low: at(low), high: at(high), least: least[index], greatest: greatest[index], n: counts[index] };
}

// The members as they stand behind their groups: in the colour of the group.
export function behindGroups(members, lines, groups) {
  const colors = new Map(groups.flatMap(({ key, runs }) => runs.map((run) => [run, lines.find(({ name }) => name === key)?.run.color])));
  return members.map((line) => ({ ...line, run: { ...line.run, color: colors.get(line.name) ?? line.run.color, dash: [] } }));
}

// The edges of the band of a line, of a group or as logged: {low, high}; null without one.
export function bandBeside({ band, group }) {
  return band ?? (group?.low ? group : null);
}

// Lines as long as the edges of the bands, for the extent of a plot.
export function edgesOf(lines) {
  const withBand = lines.filter((line) => bandBeside(line));
  return withBand.flatMap((line) => [bandBeside(line).low, bandBeside(line).high].map((values) => ({ x: line.x, values, smoothed: null })));
}
