// Counts and bytes of the graph page: 3 significant digits above 10,000, exact below.

import { formatCount } from "../format.js";

export function shortCount(count) {
  if (count < 1e4) return formatCount(count);
  return scaled(count, ["", "k", "M", "G", "T", "P"]);
}

export function shortBytes(bytes) {
  if (bytes < 999.5) return `${Math.round(bytes)} B`;
  return scaled(bytes, ["B", "kB", "MB", "GB", "TB", "PB"]);
}

function scaled(value, units) {
  let i = 0;
  let size = value;
  while (size >= 999.5 && i < units.length - 1) {
    size /= 1000;
    i += 1;
  }
  return `${size.toPrecision(3)} ${units[i]}`;
}

// A round number without its zeros, for the legend: 2 kB.
export function roundBytes(bytes) {
  return shortBytes(bytes).replace(/\.0+ /, " ");
}
