// What the runs of a group have in common in a metric: the mean, and how sure it is.

import { countOf, formatDelta, formatValue } from "../format.js";

// 97.5 % quantiles of Student's t for 1, 2, … degrees of freedom
const STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042];
const NORMAL = 1.96;

// values: numbers; those that are not finite don't count. → {count, mean, low, high, half: half of the 95 % interval of
// the mean, NaN for less than two values}; null without a value
export function summarize(values) {
  const finite = values.filter(Number.isFinite);
  const count = finite.length;
  if (count === 0) return null;
  const mean = finite.reduce((sum, value) => sum + value, 0) / count;
  const variance = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const half = (STUDENT[count - 2] ?? NORMAL) * Math.sqrt(variance / count);
  const [low, high] = finite.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
  return { count, mean, low, high, half };
}

// The mean and half its interval with as many decimals as the interval deserves, and no more than 4 digits of the mean:
// ["3.212", "0.016"]. The second is "" where there is no interval. isDelta: whether the mean is a difference, which has a sign.
export function formatInterval({ mean, half }, isDelta = false) {
  if (!(half > 0)) return [isDelta ? formatDelta(mean) : formatValue(mean), ""];
  const deserved = 1 - Math.floor(Math.log10(half));
  const decimals = Math.min(deserved, mean === 0 ? deserved : 3 - Math.floor(Math.log10(Math.abs(mean))));
  const isPlain = decimals >= 0 && decimals <= 6 && half >= 0.5 * 10 ** -decimals;
  const write = (value) => (isPlain ? value.toFixed(decimals).replace("-", "−") : formatValue(value));
  return [isDelta && mean > 0 ? `+${write(mean)}` : write(mean), write(half)];
}

// All of it, for the tooltip. numSelected, numRuns: of the group; without a selected run the values are of all.
export function describeSummary(metric, { count, mean, low, high, half }, { numSelected, numRuns }) {
  const interval = half > 0 ? `\n95 % interval of the mean: ± ${half} (Student's t)` : "";
  return `${metric} of ${describeRuns(count, numSelected, numRuns)}\nmean ${mean}${interval}\nmin ${low}, max ${high}`;
}

function describeRuns(count, numSelected, numRuns) {
  const of = numSelected === 0 || numSelected === numRuns ? countOf(numRuns, "run") : `${numSelected} selected of ${countOf(numRuns, "run")}`;
  const missing = (numSelected || numRuns) - count;
  return missing > 0 ? `${of}, ${missing} without a value` : of;
}
