// What routes of curves are asked with, of what the page shows.

import { wantedBaseline } from "./follow.js";

// Axis, and range and baseline of the view on it; undefined for what it has not.
export function paramsOf(session, x) {
  const [start, stop] = session.range?.axis === x ? session.range.bounds : [];
  return { x, start, stop, baseline: wantedBaseline(session) ?? undefined };
}
