// What curves are drawn over: what the page says, and where it says nothing, what the runs declare of their tags.

import { declaredAxis } from "../runs/metrics.js";
import { DECLARED } from "../view_codecs.js";

// Options that a card of these tags has of its own: {x, isDeclared: whether the runs say it}
export function ownAxis({ x }, tags) {
  if (x !== DECLARED) return {};
  const axis = declaredAxis(tags);
  return { x: axis ?? "step", isDeclared: axis !== null };
}

// The axis of a page with these options for several tags together.
export function axisOf({ x }, tags) {
  return ownAxis({ x }, tags).x ?? x;
}
