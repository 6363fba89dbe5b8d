// Margin charts: a line with a band between two other tags of its run.

import { placePoints, valueAt } from "../plot/nearest.js";

// A line of the value with the edges of its band at its own points; without a band where a run lacks one of the edges.
// lower, upper: lines of the edges, or undefined
export function withBand(line, { lower, upper }, axis) {
  if (!lower || !upper) return line;
  const places = placePoints(line.source, axis).points;
  return { ...line, band: { low: edgeAt(places, lower, axis), high: edgeAt(places, upper, axis) } };
}

// The same of the lines of groups, whose edges are the middles of the members' edges; null where there are no lines.
export function withBands(lines, { lower, upper }, axis) {
  const find = (edges, name) => edges?.find((line) => line.name === name);
  return lines && lines.map((line) => withBand(line, { lower: find(lower, line.name), upper: find(upper, line.name) }, axis));
}

// The column of the table under a plot that says where the bands of lines are; `write` a value of them.
export function bandColumn(write) {
  const say = (point, format) => {
    const [low, high] = [edgeOf(point, "low"), edgeOf(point, "high")];
    return Number.isFinite(low + high) ? `${format(low)} to ${format(high)}` : null;
  };
  return { title: "band", className: "band", text: (point) => say(point, write) ?? "–", exact: (point) => say(point, String) ?? "", difference: null };
}

// The band at a point: at a drawn one as it is there, at one between them by a straight line.
function edgeOf({ line, index, x }, edge) {
  const values = line.band?.[edge];
  if (!values || x === line.x.points[index]) return values?.[index] ?? NaN;
  return valueAt({ x: line.x, values, smoothed: null }, x) ?? NaN;
}

// NaN beyond the ends of the edge.
function edgeAt(places, edge, axis) {
  const line = { ...edge, x: placePoints(edge.source, axis) };
  return Float64Array.from(places, (place) => valueAt(line, place) ?? NaN);
}
