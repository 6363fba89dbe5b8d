// How long ago a run wrote its last point.

import { FIGURE_SPACE, formatDuration } from "../format.js";

// → {amount, unit, title}; amount is "–" before the first point
export function describeAge(lastWallTime, now) {
  if (lastWallTime === null) return { amount: "–", unit: "", title: "no point yet" };
  const age = now - lastWallTime;
  const date = new Date(lastWallTime * 1000);
  const exact = Number.isNaN(date.getTime()) ? "beyond all calendars" : date.toISOString();
  const ahead = age < -1 ? `, ${formatDuration(-age, 1)} ahead of the server's clock` : "";
  const [amount, unit] = formatDuration(age, 1).split(" ");
  return { amount: amount.padStart(2, FIGURE_SPACE), unit, title: `last point ${exact}${ahead}` };
}
