// How values of a view stand in a URL. A codec is {default, parse(texts) → value, or undefined if malformed;
// format(value) → texts, none for the default}.

const MAX_TEXT = 500;
const MAX_FACTS = 16;
const AXES = ["step", "relative", "wall"];
export const DECLARED = "declared"; // an x-axis: what the runs declare of a tag, else the step
export const METRIC = "metric:"; // before the tag of another metric that is the x-axis

export function text() {
  return {
    default: "",
    parse: ([value]) => (value.length <= MAX_TEXT ? value : undefined),
    format: (value) => (value ? [value] : []),
  };
}

// The first option is the default.
export function oneOf(options) {
  return {
    default: options[0],
    parse: ([value]) => (options.includes(value) ? value : undefined),
    format: (value) => (value === options[0] ? [] : [value]),
  };
}

// An x-axis: DECLARED, one of AXES, or another metric. `metric:tokens`
export function axis() {
  return {
    default: DECLARED,
    parse: ([value]) => (value === DECLARED || isAxis(value) ? value : undefined),
    format: (value) => (value === DECLARED ? [] : [value]),
  };
}

function isAxis(text) {
  return AXES.includes(text) || (text.startsWith(METRIC) && text.length > METRIC.length && text.length <= MAX_TEXT);
}

export function number({ min, max, digits }) {
  const round = (value) => Number(value.toFixed(digits));
  return {
    default: min,
    parse([value]) {
      const parsed = value.trim() === "" ? NaN : Number(value);
      return parsed >= min && parsed <= max ? round(parsed) : undefined;
    },
    format: (value) => (round(value) === min ? [] : [String(round(value))]),
  };
}

// A whole number, or null.
export function wholeOrNull({ min, max }) {
  const isWithin = (value) => Number.isInteger(value) && value >= min && value <= max;
  return {
    default: null,
    parse: ([value]) => (/^-?\d+$/.test(value) && isWithin(Number(value)) ? Number(value) : undefined),
    format: (value) => (value === null ? [] : [String(value)]),
  };
}

// One name, or null.
export function name() {
  return {
    default: null,
    parse: ([value]) => value || undefined,
    format: (value) => (value ? [value] : []),
  };
}

// What of a drawing is in the middle, and how large: {k, x, y}, or null. `0.9,120,340`
export function place() {
  const format = (value) => (value ? [[Number(value.k.toPrecision(3)), Math.round(value.x), Math.round(value.y)].join(",")] : []);
  return { default: null, parse: parsePlace, format };
}

function parsePlace([value]) {
  const [, ...texts] = value.match(/^(\d+(?:\.\d+)?),(-?\d{1,7}),(-?\d{1,7})$/) ?? [];
  const [k, x, y] = texts.map(Number);
  return k >= 0.05 && k <= 5 ? { k, x, y } : undefined;
}

// A step, which is a whole number, or null.
export function step() {
  return {
    default: null,
    parse: ([value]) => (/^-?\d{1,16}$/.test(value) ? Number(value) : undefined),
    format: (value) => (value === null ? [] : [String(value)]),
  };
}

// A set of names, as a sorted list. `noun` says what they are when they are too many for a link.
export function names(noun) {
  return { noun, default: [], parse: tidy, format: (value) => tidy(value) };
}

// Names in an order of their own.
export function list(noun) {
  const unique = (values) => [...new Set(values.filter(Boolean))];
  return { noun, default: [], parse: unique, format: unique };
}

// A set of names that may be empty, or null for no set.
export function namesOrNull(noun) {
  return { noun, default: null, parse: tidy, format: (value) => (value === null ? [] : value.length === 0 ? [""] : tidy(value)) };
}

// What to group runs by: {by: names of facts, in order} or {pattern: a regex over names of runs}; null for no groups.
// `lr` and `wd`, or `/sweep-(\d+)/`
export function grouping() {
  const format = (value) => (value === null ? [] : value.pattern ? [`/${value.pattern}/`] : value.by);
  return { default: null, parse: parseGrouping, format };
}

function parseGrouping(values) {
  const [, pattern] = (values.length === 1 && values[0].match(/^\/(.+)\/$/s)) || [];
  if (pattern) return pattern.length <= MAX_TEXT ? { by: [], pattern } : undefined;
  const by = [...new Set(values.filter(Boolean))].slice(0, MAX_FACTS);
  return by.length > 0 ? { by, pattern: "" } : undefined;
}

function tidy(values) {
  return [...new Set(values.filter(Boolean))].sort();
}

// Positions of an axis: {axis, bounds: [from, to]}, or null. `step:100..200`
export function range() {
  const format = (value) => (value ? [`${value.axis}:${value.bounds.join("..")}`] : []);
  return { default: null, parse: parseRange, format };
}

function parseRange([value]) {
  const [, axis, from, to] = value.match(/^(.+):(-?[\d.]+(?:e[+-]?\d+)?)\.\.(-?[\d.]+(?:e[+-]?\d+)?)$/) ?? [];
  const bounds = [Number(from), Number(to)];
  return isAxis(axis ?? "") && bounds.every(Number.isFinite) && bounds[0] < bounds[1] ? { axis, bounds } : undefined;
}

// A selected range and the card on which it was drawn: {axis, bounds, tag}, or null. `step:100..200:train/loss`
export function span() {
  const format = (value) => (value ? [`${range().format({ ...value, bounds: roundBounds(value.bounds) })}:${value.tag}`] : []);
  return { default: null, parse: parseSpan, format };
}

function parseSpan([value]) {
  const [, before, tag] = value.match(/^(.+?:-?[\d.]+(?:e[+-]?\d+)?\.\.-?[\d.]+(?:e[+-]?\d+)?):(.+)$/s) ?? [];
  const found = before && parseRange([before]);
  return found ? { ...found, tag } : undefined;
}

// What the y-axis of some cards is zoomed to: [{tag, bounds: [from, to]}]. `0.5..1.5:train/loss`
export function boxes(noun) {
  const format = (value) => value.map(({ tag, bounds }) => `${bounds.map((bound) => Number(bound.toPrecision(8))).join("..")}:${tag}`);
  return { noun, default: [], parse: (texts) => texts.flatMap(parseBox), format };
}

function parseBox(text) {
  const [, from, to, tag] = text.match(/^(-?[\d.]+(?:e[+-]?\d+)?)\.\.(-?[\d.]+(?:e[+-]?\d+)?):(.+)$/s) ?? [];
  const bounds = [Number(from), Number(to)];
  return bounds.every(Number.isFinite) && bounds[0] < bounds[1] ? [{ tag, bounds }] : [];
}

// As many digits as a screen can show of the range between.
export function roundBounds([from, to]) {
  const digits = Math.max(0, Math.min(12, 5 - Math.floor(Math.log10(to - from))));
  return [from, to].map((bound) => Number(bound.toFixed(digits)));
}
