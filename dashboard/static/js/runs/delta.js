// Values of the metric against those of the baseline, where the view asks for that.

import { formatDelta, formatShare } from "../format.js";
import { session } from "../session.js";
import { facts } from "./facts.js";

// Whether the column of the metric says how far runs are from the baseline; not without a baseline.
export function isDelta() {
  return session.view.get("delta") === "on" && session.runNamed(session.sidecar.baseline) !== undefined;
}

export function toggleDelta() {
  session.view.set({ delta: session.view.get("delta") === "on" ? "off" : "on" }, { label: "difference to the baseline" });
}

// The baseline's value of a metric; null if it has none.
export function baseOf(metric) {
  const value = facts.valueOf(session.sidecar.baseline, metric);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

// How far a value is from the base, as it is written: {delta, share}; dashes without one of them.
export function writeDelta(value, base) {
  if (typeof value !== "number" || base === null) return { delta: "–", share: "" };
  const delta = value - base;
  return { delta: formatDelta(delta), share: base === 0 || !Number.isFinite(delta) || delta === 0 ? "" : formatShare(delta / Math.abs(base)) };
}
