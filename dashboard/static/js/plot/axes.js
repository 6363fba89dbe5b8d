// Steps between ticks, and what is written at them.

import { formatClock, formatDuration, formatTicks } from "../format.js";

// 1, 2, 5 times powers of ten: a step is a whole number.
export const wholeSteps = Array.from({ length: 16 }, (_, i) => [1, 2, 5].map((unit) => unit * 10 ** i)).flat();

// Seconds that clocks are read in.
export const timeSteps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000,
];

export function axisTicks(splits, axis) {
  if (axis === "relative") return splits.map((value) => (value === null ? "" : value === 0 ? "0" : formatDuration(value)));
  if (axis === "wall") return splits.map((value) => (value === null ? "" : formatClock(value).split(" ").at(-1)));
  return formatTicks(splits);
}
