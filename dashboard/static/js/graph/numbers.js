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

// Microseconds as 41.2 µs, 3.50 ms, 1.20 s.
export function shortMicros(micros) {
  if (micros < 999.5) return `${micros.toPrecision(3)} µs`;
  return micros < 999_500 ? `${(micros / 1e3).toPrecision(3)} ms` : `${(micros / 1e6).toPrecision(3)} s`;
}

// NaN and infinities come as words.
export const isBad = (value) => typeof value === "string";

// A value in its own notation; a word as it is.
export function writeValue(value, notation) {
  return isBad(value) ? value : notation(value);
}

// 3 significant digits: 0.214, −1.50; below 1e-3 and above 1e4 two: 9.4e-4.
export function shortValue(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e-3 && size < 1e4 ? value.toPrecision(3) : value.toExponential(1).replace("e+", "e");
  return text.replace(/^-/, "−");
}
