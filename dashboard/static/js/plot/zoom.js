// What plots are zoomed to: the x-axis of all that have the same one, and by a box the y-axis of one card too. Both are
// values of the view, so that undo and links know them.

import { roundBounds } from "../view_codecs.js";

const BOXES = "scalars.box";
const LEAST_SHARE = 1e-12; // of the position: numbers end there

export function zoomOf(session, axis) {
  const { range } = session;
  return range && range.axis === axis ? range.bounds : null;
}

export function boxOf(session, tag) {
  return session.view.get(BOXES).find((box) => box.tag === tag)?.bounds ?? null;
}

export function isZoomed(session) {
  return session.range !== null || session.view.get(BOXES).length > 0;
}

export function zoomTo(session, axis, bounds, { isContinuous = false } = {}) {
  if (!isWide(bounds)) return;
  session.view.set({ range: { axis, bounds: roundBounds(bounds) } }, { label: "zoom", isContinuous });
}

export function zoomToBox(session, axis, bounds, { tag, bounds: yBounds }) {
  if (!isWide(bounds) || !(yBounds[0] < yBounds[1])) return;
  const others = session.view.get(BOXES).filter((box) => box.tag !== tag);
  session.view.set({ range: { axis, bounds: roundBounds(bounds) }, [BOXES]: [...others, { tag, bounds: yBounds }] }, { label: "zoom" });
}

// Shows everything again.
export function resetZoom(session) {
  session.view.set({ range: null, [BOXES]: [] }, { label: "zoom" });
}

function isWide([from, to]) {
  return to - from > LEAST_SHARE * Math.max(Math.abs(from), Math.abs(to));
}

// Bounds of an axis after a zoom at a pixel of it; null for all of it. `toValue` takes a pixel, `full` is all there is.
export function zoomAt(pixel, factor, width, { toValue, full }) {
  const bounds = [toValue(pixel - pixel * factor), toValue(pixel + (width - pixel) * factor)];
  if (factor > 1 && bounds[0] <= full[0] && bounds[1] >= full[1]) return null;
  return [Math.max(bounds[0], full[0]), Math.min(bounds[1], full[1])];
}
