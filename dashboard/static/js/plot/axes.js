// Steps between ticks, and what is written at them.

import { formatDuration, formatTicks, formatTick } from "../format.js";

const TICK_PX = 6.4; // width of a digit of the tick font
const MIN_SIZE_PX = 46;
const MAX_LOG_TICKS = 5;
const DAY_SECS = 86_400;

// 1, 2, 5 times powers of ten: a step is a whole number.
export const wholeSteps = Array.from({ length: 16 }, (_, i) => [1, 2, 5].map((unit) => unit * 10 ** i)).flat();

// Steps of values that only a diverging run has.
export const farSteps = Array.from({ length: 308 - 31 }, (_, i) => [1, 2, 5].map((unit) => Number(`${unit}e${31 + i}`))).flat();

// Seconds that clocks are read in.
export const timeSteps = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200,
  14_400, 21_600, 43_200, DAY_SECS, 2 * DAY_SECS, 7 * DAY_SECS, 30 * DAY_SECS, 365 * DAY_SECS,
];

// About a decade from each to the next.
const decadeTimes = [0.001, 0.01, 0.1, 1, 10, 60, 600, 3_600, 36_000, 4 * DAY_SECS, 40 * DAY_SECS, 365 * DAY_SECS];

// Room for the widest label of an axis at the left.
export function axisSize(plot, labels) {
  const widest = Math.max(0, ...(labels ?? []).map((label) => label.length));
  return Math.max(MIN_SIZE_PX, Math.ceil(widest * TICK_PX) + 12);
}

// Labels of the x-axis, without those that would reach over the card's edge. beside: pixels between it and the plot
export function keepInside(labels, splits, { plot, beside }) {
  const edge = plot.bbox.width / devicePixelRatio + beside;
  return labels.map((label, i) => (plot.valToPos(splits[i], "x") + (label.length * TICK_PX) / 2 < edge ? label : ""));
}

// Ticks of a logarithmic axis of times: those of `decadeTimes`, and below a second decades.
export function logTimeSplits(low, high) {
  const inside = decadeTimes.filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
  if (inside.length < 2) return logSplits(low, high);
  const stride = Math.ceil(inside.length / MAX_LOG_TICKS);
  return inside.filter((_, i) => i % stride === 0);
}

// Ticks of a logarithmic axis: decades, or 1, 2, 5 of each where few decades are shown.
export function logSplits(low, high) {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const decades = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const inside = (values) => values.filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
  const fine = inside(decades.flatMap((decade) => [1, 2, 5].map((unit) => unit * 10 ** decade)));
  if (fine.length <= MAX_LOG_TICKS + 1) return fine.length > 1 ? fine : evenSplits(low, high);
  const coarse = inside(decades.map((decade) => 10 ** decade));
  const stride = Math.ceil(coarse.length / MAX_LOG_TICKS);
  return coarse.filter((_, i) => i % stride === 0);
}

// A few round values where less than a decade is shown.
function evenSplits(low, high) {
  const rough = (high - low) / 4;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((unit) => unit * size).find((one) => one >= rough);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step);
}

export function axisTicks(splits, axis) {
  const gap = splits.length > 1 ? splits[1] - splits[0] : 1;
  if (axis === "log relative") return splits.map((value) => relativeTick(value, value ?? 1));
  if (axis === "relative") return splits.map((value) => relativeTick(value, gap));
  if (axis === "wall") return splits.map((value) => wallTick(value, gap));
  if (axis === "log") return splits.map(formatTick);
  return formatTicks(splits);
}

function relativeTick(value, gap) {
  if (value === null) return "";
  if (value === 0) return "0";
  if (gap < 1) return `${value.toFixed(Math.max(0, Math.ceil(-Math.log10(gap) - 1e-9)))} s`;
  return formatDuration(value);
}

// The time of day; the date where a day begins.
function wallTick(value, gap) {
  if (value === null) return "";
  const date = new Date(value * 1000);
  const isMidnight = date.getHours() === 0 && date.getMinutes() === 0;
  if (gap >= DAY_SECS || (isMidnight && gap >= 60)) return date.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  const clock = date.toLocaleTimeString("en-GB");
  return gap >= 60 ? clock.slice(0, 5) : gap >= 1 ? clock : `${clock.slice(-2)}${(value % 1).toFixed(3).slice(1)} s`;
}
