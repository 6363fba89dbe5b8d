// What a card of curves draws, as lines of runs or of groups: the same on the page and on paper.

import { behindGroups, groupLines } from "../aggregates/lines.js";
import { placePoints } from "../plot/nearest.js";
import { smoothDrawn } from "../plot/smooth.js";
import { withBand, withBands } from "./margins.js";
import { dressLines, shortTags } from "./tag_lines.js";

// The tags of which a chart has lines; those of a margin chart are without the edges of its bands.
export function shownTags({ tags, bands }) {
  return bands.length > 0 ? bands.map(({ value }) => value) : tags;
}

// chart       {tags, bands}
// data        {series: Map(tag → Map(run → decoded series)), aggregates: Map(tag → Map(key of a group → curve))}
// seen        {runs: those selected, as they are painted, groups: as selectedGroups gives them, described: the session's groups}
// view        {axis, smoothing}
// → {lines: of the runs, drawn: those in front, in the order of drawing, behind: members of groups}
export function linesOfChart(chart, data, seen, view) {
  const tags = shownTags(chart);
  const words = shortTags(tags);
  const parts = tags.map((tag, i) => linesOfTag({ tag, edges: chart.bands[i] }, data, seen, view, (lines) => dressLines(lines, { tags, words, i })));
  const lines = parts.flatMap((part) => part.lines);
  if (!parts.some(({ grouped }) => grouped)) return { lines, drawn: baselineLast(lines), behind: [] };
  return { lines, drawn: parts.flatMap(({ grouped }) => grouped ?? []), behind: parts.flatMap(({ behind }) => behind) };
}

function linesOfTag({ tag, edges }, { series, aggregates }, { runs, groups, described }, { axis, smoothing }, dress) {
  const lineOf = (run, one) => series.get(one)?.has(run.name) && makeLine(series.get(one).get(run.name), run, smoothing);
  const whole = (run) => (edges ? withBand(lineOf(run, tag), { lower: lineOf(run, edges.lower), upper: lineOf(run, edges.upper) }, axis) : lineOf(run, tag));
  const members = runs.filter((run) => series.get(tag)?.has(run.name)).map(whole);
  const groupsOf = (one, ofRuns) => groupLines(aggregates.get(one) ?? new Map(), { groups, described, members: ofRuns, axis, baseline: members[0]?.baseline ?? null });
  const grouped = edges ? withBands(groupsOf(tag, members), { lower: groupsOf(edges.lower, []), upper: groupsOf(edges.upper, []) }, axis) : groupsOf(tag, members);
  return { lines: dress(members), grouped: grouped && dress(grouped), behind: grouped ? dress(behindGroups(members, grouped, groups)) : [] };
}

// A series as a run draws it, smoothed as the weight says; until the server has done it, from the points that are here.
function makeLine(series, run, weight) {
  const isExact = series.weight === weight;
  const smoothed = isExact || !weight ? series.smoothed : smoothDrawn(series, weight);
  return { ...series, run, source: series, smoothed: weight ? smoothed : null };
}

// Whether a series is here with all of its points, which then stand on each axis, and are smoothed, as the server has them.
export function isWhole(series, axis) {
  const { values, nonFinite, numTotal, x, range } = series;
  const isOfTime = x === null && ["step", "relative", "wall"].includes(axis);
  return isOfTime && range === null && numTotal === values.length + nonFinite.kinds.length && isInOrder(series, axis);
}

// Of segments that a restart replaced, each by itself.
function isInOrder(series, axis) {
  const { points, current } = placePoints(series, axis);
  if (current.indices === null) return true;
  const starts = new Set(series.segments);
  return points.every((place, i) => i === 0 || starts.has(i) || place >= points[i - 1]);
}

function baselineLast(lines) {
  return [...lines.filter(({ run }) => !run.isBaseline), ...lines.filter(({ run }) => run.isBaseline)];
}
