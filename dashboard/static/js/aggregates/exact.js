// Groups of runs at one place of the axis, of all their points.

import { nearestIndex } from "../plot/nearest.js";
import { differenceAt } from "../plot/tooltip_rows.js";
import { session } from "../session.js";
import { pointOf } from "./lines.js";
import { loadAggregates } from "./load.js";

// Points of tooltip_rows.js with what the server knew of their groups there. found: as askGroups gives it
export function withExactGroup(point, found) {
  if (!found) return point;
  const { x, raw, value } = found;
  const step = point.line.group.axis === "step" ? x : point.step;
  return { ...point, x, step, raw, value, group: found, ...differenceAt(point, x, value) };
}

// → promise of Map(key of the group and tag → what its curve says at the position that is nearest to x)
export async function askGroups({ tags, x, axis, smoothing, baseline, center, band }, nameOf) {
  const params = { tag: tags, x: axis, start: x, stop: x, width: 1, smoothing: smoothing || undefined, baseline: baseline ?? undefined };
  const { curves } = await loadAggregates(tags, params, { session, options: { center, band, x: axis, smoothing } });
  const found = [...curves].flatMap(([tag, ofTag]) => ofTag.map((curve) => [nameOf(curve.key, tag), pointOf(curve, nearestIndex(curve.x, x))]));
  return new Map(found);
}
