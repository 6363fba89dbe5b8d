// Margin charts: a line with a band between two other tags of its run.

import { placePoints, valueAt } from "../plot/nearest.js";

// A line of the value with the edges of its band at its own points; without a band where a run lacks one of the edges.
// lower, upper: lines of the edges, or undefined
export function withBand(line, { lower, upper }, axis) {
  if (!lower || !upper) return line;
  const places = placePoints(line.source, axis).points;
  return { ...line, band: { low: edgeAt(places, lower, axis), high: edgeAt(places, upper, axis) } };
}

// NaN beyond the ends of the edge.
function edgeAt(places, edge, axis) {
  const line = { ...edge, x: placePoints(edge.source, axis) };
  return Float64Array.from(places, (place) => valueAt(line, place) ?? NaN);
}
