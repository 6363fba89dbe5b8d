// What routes of curves are asked with, of what the page shows.

import { wantedBaseline } from "./follow.js";

// Axis, range and baseline of the view; undefined for what it has not.
export function paramsOf(session) {
  const { x } = session.view.ofPage("scalars");
  const [start, stop] = session.range?.axis === x ? session.range.bounds : [];
  return { x, start, stop, baseline: wantedBaseline(session) ?? undefined };
}
