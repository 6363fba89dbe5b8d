// What routes of curves are asked with, of what the page shows.

import { axisOf } from "../cards/axes.js";
import { wantedBaseline } from "./follow.js";

// Axis, range and baseline of the view for these tags; undefined for what it has not.
export function paramsOf(session, tags) {
  const x = axisOf(session.view.ofPage("scalars"), tags);
  const [start, stop] = session.range?.axis === x ? session.range.bounds : [];
  return { x, start, stop, baseline: wantedBaseline(session) ?? undefined };
}
