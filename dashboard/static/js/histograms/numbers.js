// Numbers as the histogram cards write them.

import { formatCount } from "../format.js";

const MINUS = "−";
const UNBOUNDED = 1e100; // TensorFlow's outermost limits are ±DBL_MAX

const withMinus = (text) => text.replace(/^-/, MINUS);
const scientific = (value, digits) => value.toExponential(digits).replace("e+", "e");

// μ, σ and the median: 3 significant digits, below 1e-3 as 8.2e-5.
export function formatStatistic(value) {
  if (Number.isNaN(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e9) return withMinus(scientific(value, size < 1e-3 ? 1 : 2));
  if (size < 999.5) return withMinus(value.toPrecision(3));
  if (size < 9_999.5) return formatCount(value);
  return withMinus(size < 999_500 ? `${(value / 1e3).toPrecision(3)} k` : `${(value / 1e6).toPrecision(3)} M`);
}

// A value that all values are, as a program would write it: 1.0.
export function formatExact(value) {
  const text = String(Number(value.toPrecision(7)));
  return withMinus(/[.e]/.test(text) ? text : `${text}.0`);
}

// Shares: 2 decimals under 10 %, else 1. What is not 0 never reads as 0, what is not all never as 100 %.
export function formatShare(share) {
  if (Number.isNaN(share)) return "–";
  if (share > 0 && share < 0.0001) return "< 0.01 %";
  if (share < 1 && share > 0.9995) return "> 99.9 %";
  return `${(share * 100).toFixed(share < 0.1 ? 2 : 1)} %`;
}

// Counts: whole up to 9,999, then 16.3 k, 1.77 M.
export function formatNumValues(count) {
  if (count < 1e4) return Number.isInteger(count) ? formatCount(count) : count.toPrecision(3);
  const [size, unit] = count < 999_950 ? [count / 1e3, "k"] : count < 999_995_000 ? [count / 1e6, "M"] : [count / 1e9, "G"];
  return `${size.toFixed(unit === "k" ? 1 : 2)} ${unit}`;
}

// Steps beside the ridges: whole where the largest has at most 4 digits, else one short notation for all.
export function formatStep(step, largest) {
  if (step === 0 || largest < 1e4) return formatCount(step);
  const [size, unit, digits] = largest < 1e6 ? [1e3, "k", 1] : largest < 1e9 ? [1e6, "M", 2] : [1e9, "G", 2];
  return withMinus(`${(step / size).toFixed(digits)} ${unit}`);
}

// The two edges of a bucket, with the digits that tell them apart.
export function formatBucket(left, right) {
  if (left === right) return formatExact(left);
  const largest = Math.max(...[left, right].map(Math.abs).filter((size) => size < UNBOUNDED));
  const isScientific = largest < 1e-3 || largest >= 1e6;
  return [left, right].map((edge) => formatEdge(edge, right - left, isScientific)).join(" … ");
}

function formatEdge(edge, width, isScientific) {
  if (Math.abs(edge) >= UNBOUNDED) return edge < 0 ? `${MINUS}∞` : "∞";
  if (edge === 0) return "0";
  const place = Math.floor(Math.log10(width) + 1e-9); // of the first digit in which the edges differ
  if (isScientific) {
    const digits = Math.floor(Math.log10(Math.abs(edge))) - place;
    return withMinus(scientific(edge, Math.max(1, Math.min(12, digits))).replace(/\.0+e/, "e"));
  }
  return withMinus(edge.toFixed(Math.max(0, Math.min(15, -place))));
}

// Round positions on an axis, about `count` of them, and their labels in one notation.
export function makeTicks(low, high, count) {
  const rough = (high - low) / count;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = size * [1, 2, 5, 10].find((factor) => factor * size >= rough * (1 - 1e-9));
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i += 1) ticks.push(i * step);
  const largest = Math.max(...ticks.map(Math.abs));
  return ticks.map((value) => ({ value, label: formatTick(value, step, largest) }));
}

function formatTick(value, step, largest) {
  if (value === 0) return "0";
  if (largest < 2e-3 || largest >= 1e9) {
    const digits = Math.max(0, Math.floor(Math.log10(largest) + 1e-9) - Math.floor(Math.log10(step) + 1e-9));
    return withMinus(scientific(value, Math.min(6, digits)).replace(/\.0+e/, "e"));
  }
  const [size, unit] = largest >= 1e6 ? [1e6, " M"] : largest >= 1e4 ? [1e3, " k"] : [1, ""];
  const decimals = Math.max(0, -Math.floor(Math.log10(step / size) + 1e-9));
  return withMinus(`${(value / size).toFixed(decimals)}${unit}`);
}
