// What the table of a selected range says of each run: how it is told from the others, and numbers of all raw points.

import { countOf, formatClock, formatCount, formatDelta, formatDuration, formatValue, secondDigits } from "../format.js";
import { MAX_COLUMNS, shortenNames } from "../runs/comparison.js";
import { METRIC } from "../view_codecs.js";

// Columns of data/ranges that are shown: [name, word, format].
const NUMBERS = [
  ["value", "value", formatValue],
  ["min", "min", formatValue],
  ["max", "max", formatValue],
  ["mean", "mean", formatValue],
  ["start", "start", formatValue],
  ["stop", "end", formatValue],
  ["delta", "Δ", formatDelta],
  ["slope", "slope", formatDelta],
];
const TITLES = { value: "The run's last value, in the range or not", mean: "Of the points, however they are spaced", delta: "End less start", slope: "Of the least-squares line" };
const SLOPES = { step: [1_000, "1 k steps"], relative: [3_600, "h"], wall: [3_600, "h"] }; // axis: what it is told for

// answer: rows of data/ranges; → [{name: of the run, tag, isOfMany, and its numbers, null where there is none}]
export function readRows(answer, runs, tags) {
  const numbersOf = (i) => Object.fromEntries(NUMBERS.map(([name]) => [name, answer[name][i]]));
  return answer.run.map((number, i) => ({ name: runs[number], tag: tags[answer.tag[i]], isOfMany: tags.length > 1, ...numbersOf(i) }));
}

// → [{name, title, hint, className, text(row), exact(row)}]; those with a name are numbers, and sorted by.
export function rangeColumns(axis, comparison) {
  const differing = comparison.differing.slice(0, MAX_COLUMNS);
  const short = shortenNames(differing);
  return [
    ...differing.map((name) => ({ title: short.get(name), hint: name, className: "hparam", text: (row) => comparison.textOf(row.name, name), exact: (row) => comparison.textOf(row.name, name) })),
    ...NUMBERS.map(([name, word, format]) => ({ name, ...wordsOf(name, word, axis), className: name === "delta" ? "delta" : "", text: (row) => write(scaled(row, name, axis), format), exact: (row) => scaled(row, name, axis) ?? "" })),
  ];
}

function wordsOf(name, word, axis) {
  const unit = name === "slope" ? SLOPES[axis]?.[1] : null;
  return { title: unit ? `${word} / ${unit}` : word, hint: TITLES[name] ?? "" };
}

// A slope per second or step is too small to be read.
function scaled(row, name, axis) {
  const [scale] = (name === "slope" && SLOPES[axis]) || [1];
  return typeof row[name] === "number" ? row[name] * scale : row[name];
}

function write(value, format) {
  return value === null ? "–" : typeof value === "number" ? format(value) : value;
}

// The smallest first; what is no number last.
export function sortRows(rows, name) {
  const place = ({ [name]: value }) => (typeof value === "number" ? value : Infinity);
  return [...rows].sort((a, b) => place(a) - place(b));
}

export function sayBounds({ axis, bounds }) {
  const word = { step: bounds.length > 1 ? "Steps " : "Step ", relative: "Time " }[axis] ?? (axis.startsWith(METRIC) ? `${axis.slice(METRIC.length)} ` : "");
  return `${word}${writeBounds(axis, bounds)}`;
}

// As in the plot: `20,000 – 35,000 · 15,000 steps`; the values of a metric have no length.
export function saySpan({ axis, bounds }) {
  const length = bounds[1] - bounds[0];
  const words = { step: () => countOf(length, "step"), relative: () => writeTime(length), wall: () => writeTime(length) }[axis];
  return [writeBounds(axis, bounds), words?.()].filter(Boolean).join(" · ");
}

function writeBounds(axis, bounds) {
  const digits = secondDigits(bounds[1] - bounds[0]);
  const format = { step: (step) => formatCount(step), relative: (seconds) => writeTime(seconds, digits), wall: (time) => formatClock(time, digits) }[axis] ?? formatValue;
  return bounds.map(format).join(" – ");
}

// Short ones with the fraction of the second, which a range may lie in; `digits` if they are to be told from others.
function writeTime(seconds, digits = 0) {
  return seconds < 60 && digits === 0 ? `${Number(seconds.toPrecision(3))} s` : formatDuration(seconds, 2, digits);
}

// Numbers as the server gave them: a slope is per unit of x.
export function toCSV(rows) {
  const quote = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = [["run", "tag", ...NUMBERS.map(([name]) => name)], ...rows.map((row) => [row.name, row.tag, ...NUMBERS.map(([name]) => row[name] ?? "")])];
  return lines.map((cells) => cells.map((cell) => quote(String(cell))).join(",")).join("\n");
}
