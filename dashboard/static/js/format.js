// Numbers and times as the pages write them: 4 significant digits, a real minus, short times.

const MINUS = "−";

export function formatValue(value) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : `${MINUS}Inf`;
  const size = Math.abs(value);
  let text;
  if (size === 0) text = "0";
  else if (size < 1e-3) text = shortExponent(value.toExponential(2));
  else if (size >= 9.9995e14) text = shortExponent(value.toExponential(3));
  else if (size >= 9_999.5) text = withUnit(value);
  else text = value.toPrecision(4);
  return text.replace("-", MINUS).replace("e−", "e-").replace(`e${MINUS}`, "e-");
}

// A difference: signed, of two to four digits; none is a dash.
export function formatDelta(delta) {
  if (!Number.isFinite(delta)) return formatValue(delta);
  return delta === 0 ? "–" : `${delta < 0 ? MINUS : "+"}${formatSize(Math.abs(delta))}`;
}

function formatSize(size) {
  if (size < 1e-4) return shortExponent(size.toExponential(1));
  if (size >= 9_999.5) return withUnit(size);
  if (size >= 999.5) return formatCount(size);
  return size.toPrecision(size < 0.01 ? 2 : 3);
}

function withUnit(value) {
  let size = value;
  for (const unit of ["k", "M", "G", "T"]) {
    size /= 1000;
    if (Math.abs(size) < 999.95) return `${size.toPrecision(4)} ${unit}`;
  }
  return `${size.toPrecision(4)} T`;
}

function shortExponent(text) {
  return text.replace("e+", "e");
}

// Whole numbers, grouped by thousands: 31,240.
export function formatCount(count) {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+(?!\d))/g, ",").replace("-", MINUS);
}

// `1 run`, `2,000 runs`
export function countOf(number, noun) {
  return `${formatCount(number)} ${noun}${number === 1 ? "" : "s"}`;
}

export function capitalize(text) {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

// As wide as a digit: what it fills up begins at one place, however many digits it has.
export const FIGURE_SPACE = "\u2007";

// A count that may be large, for sentences: `2,000`, `2.3 M`.
export function formatAmount(count) {
  if (count < 1e6) return formatCount(count);
  const [size, unit] = count < 1e9 ? [count / 1e6, "M"] : [count / 1e9, "G"];
  return `${size.toFixed(1)} ${unit}`;
}

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"];

// A size in decimal units and three digits, as `board inspect` writes it.
export function formatBytes(numBytes) {
  let [size, power] = [numBytes, 0];
  while (size >= 999.5 && power < BYTE_UNITS.length - 1) [size, power] = [size / 1000, power + 1];
  return `${Number(size.toPrecision(3))} ${BYTE_UNITS[power]}`;
}

// Decimals of a second that tell times apart which lie this far from each other: none from a second on.
export function secondDigits(gap) {
  return gap > 0 && gap < 1 ? Math.min(6, Math.ceil(1 - Math.log10(gap))) : 0;
}

// One unit for an age (`26 m`), two for a duration (`2 h 27 m`); `digits` are decimals of its seconds.
export function formatDuration(seconds, units = 2, digits = 0) {
  const total = Math.max(0, Number(seconds.toFixed(digits)));
  if (total < 60) return `${total.toFixed(digits)} s`;
  const parts = [
    [Math.floor(total / 31_557_600), "y"],
    [Math.floor((total % 31_557_600) / 86_400), "d"],
    [Math.floor((total % 86_400) / 3_600), "h"],
    [Math.floor((total % 3_600) / 60), "m"],
    [total % 60, "s"],
  ];
  const first = parts.findIndex(([size]) => size > 0);
  const shown = parts.slice(first, first + units).filter(([size]) => size > 0);
  return shown.map(([size, unit]) => `${unit === "s" ? size.toFixed(digits) : size} ${unit}`).join(" ");
}

// The time of day, with the date if that is not today; `digits` are decimals of the second.
export function formatClock(wallTime, digits = 0) {
  const rounded = digits > 0 ? Number(wallTime.toFixed(digits)) : wallTime;
  const date = new Date(Math.floor(rounded) * 1000);
  const fraction = digits > 0 ? (rounded - Math.floor(rounded)).toFixed(digits).slice(1) : "";
  const clock = `${date.toLocaleTimeString("en-GB")}${fraction}`;
  return date.toDateString() === new Date().toDateString() ? clock : `${date.toLocaleDateString("en-CA")} ${clock}`;
}

// One decimal of a percent, two below 0.1 %, none from 1,000 % on.
export function formatShare(share) {
  const percent = Math.abs(100 * share);
  if (percent < 0.005) return "";
  const digits = percent >= 999.95 ? 0 : percent < 0.1 ? 2 : 1;
  return `${share < 0 ? MINUS : "+"}${percent >= 1e5 ? percent.toExponential(0).replace("e+", "e") : percent.toFixed(digits)} %`;
}

// The label of one tick that stands for itself, as on a log axis: 1e-5, 0.01, 1, 100, 1 k, 10 k.
export function formatTick(value) {
  if (value === null) return "";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e12)) return scientific(value);
  const [divisor, unit] = size >= 1e3 && size < 1e4 ? [1e3, " k"] : unitOf(size);
  return `${Number((value / divisor).toPrecision(3))}${unit}`.replace("-", MINUS);
}

function unitOf(size) {
  if (size >= 1e9) return [1e9, " G"];
  if (size >= 1e6) return [1e6, " M"];
  return size >= 1e4 ? [1e3, " k"] : [1, ""];
}

// Labels of ticks on one axis, all in one notation.
export function formatTicks(values) {
  const finite = values.filter((value) => value !== null && Number.isFinite(value));
  const largest = Math.max(0, ...finite.map(Math.abs));
  const gap = Math.min(...finite.slice(1).map((value, i) => Math.abs(value - finite[i])).filter((g) => g > 0), Infinity);
  if ((largest > 0 && largest < 1e-3) || largest >= 1e15) return values.map((value) => scientific(value, significant(largest, gap)));
  const [divisor, unit] = unitOf(largest);
  const digits = Number.isFinite(gap) ? digitsOf(gap / divisor) : digitsOf(largest / divisor);
  return values.map((value) => (value === null ? "" : label(value / divisor, digits, unit)));
}

// Decimals that tell ticks apart which stand this far from each other.
function digitsOf(gap) {
  for (let digits = 0; digits < 12; digits += 1) {
    const scaled = gap * 10 ** digits;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled) return digits;
  }
  return 12;
}

// Digits of a number with an exponent that do the same.
function significant(largest, gap) {
  return Math.max(3, Math.min(17, Math.ceil(Math.log10(largest / gap)) + 2));
}

function label(value, digits, unit) {
  if (value === 0) return "0";
  const grouped = digits === 0 && !unit ? formatCount(value) : value.toFixed(digits);
  return `${grouped}${unit}`.replace("-", MINUS);
}

function scientific(value, digits = 3) {
  if (value === null) return "";
  if (value === 0) return "0";
  return shortExponent(Number(value.toPrecision(digits)).toExponential()).replace(/^-/, MINUS);
}

// A hyperparameter in few characters: 1e-3, 6e-4, 0.1, 512, adam, true, [64, 64]. Numbers keep 6 digits.
export function formatHparam(value) {
  if (Array.isArray(value)) return `[${value.map(formatHparam).join(", ")}]`;
  if (typeof value !== "number") return value === null ? "none" : String(value);
  const rounded = Number(value.toPrecision(6));
  const size = Math.abs(rounded);
  const isShort = size === 0 || (size >= 0.01 && size < 1e6) || !Number.isFinite(size);
  return (isShort ? String(rounded) : shortExponent(rounded.toExponential())).replace(/^-/, MINUS);
}
