// Values of the metric against those of the baseline, where the view asks for that.

import { formatDelta } from "../format.js";
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

// One decimal of a percent, two below 0.1 %, none from 1,000 % on.
function formatShare(share) {
  const percent = Math.abs(100 * share);
  if (percent < 0.005) return "";
  const digits = percent >= 999.95 ? 0 : percent < 0.1 ? 2 : 1;
  return `${share < 0 ? "−" : "+"}${percent >= 1e5 ? percent.toExponential(0).replace("e+", "e") : percent.toFixed(digits)} %`;
}
