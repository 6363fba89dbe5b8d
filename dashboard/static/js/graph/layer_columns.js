// The columns of the layer table: how each is written, sorted, totalled and given as CSV.

import { formatCount } from "../format.js";
import { h } from "../react.js";
import { shortBytes, shortCount } from "./numbers.js";

const DASH = "–";

// key: of a row; isShown(totals): whether it says anything; csv: name of the raw column
export const COLUMNS = [
  { key: "output", name: "Output", className: "is-output", title: "Shape of the largest value that leaves the layer", isShown: () => true, cell: (row) => row.output || DASH, order: (row) => row.output_bytes ?? 0, total: () => "" },
  counted("nodes", "Ops", (totals) => !totals.flops && !totals.params, (row) => formatCount(row.nodes)),
  counted("params", "Params", (totals) => totals.params > 0, (row) => formatCount(row.params)),
  { key: "share", name: "Share", className: "is-share", title: "Share of all parameters", isShown: (totals) => totals.params > 0, cell: (row, totals) => h(Share, { share: row.params / totals.params }), order: (row) => row.params, total: () => "" },
  counted("flops", "FLOPs", (totals) => totals.flops > 0, (row) => `${formatCount(row.flops)}; a multiply-add counts as 2`),
  { ...counted("output_bytes", "Bytes", (totals) => !totals.saved_bytes, (row) => `${formatCount(row.output_bytes)} bytes of output`, shortBytes), total: () => "" },
  counted("saved_bytes", "Saved", (totals) => totals.saved_bytes > 0, (row) => `${formatCount(row.saved_bytes)} bytes kept for the backward pass`, shortBytes),
];

function counted(key, name, isShown, exact, short = shortCount) {
  const write = (row) => (row[key] ? short(row[key]) : DASH);
  return { key, name, isShown, exact, cell: (row) => h(Figure, { row, write, isOther: row.was && row.was[key] !== undefined && row.was[key] !== row[key] }), order: (row) => row[key] ?? 0, total: (totals) => short(totals[key] ?? 0) };
}

// A figure, and before it what it was in the run compared with.
function Figure({ row, write, isOther }) {
  if (!isOther) return write(row);
  return [h("span", { key: "was", className: "graph-was-cell" }, `${write(row.was)}→`), write(row)];
}

function Share({ share }) {
  return h("span", { className: "graph-share", title: `${(share * 100).toFixed(share < 0.1 ? 2 : 1)} % of all parameters` }, h("i", { style: { width: `${Math.min(1, share) * 100}%` } }));
}

// Those that say something of this graph and that the person did not hide.
export function shownColumns(totals, hidden) {
  return COLUMNS.filter((column) => column.isShown(totals) && !hidden.includes(column.key));
}

const RAW = ["params", "flops", "output_bytes", "saved_bytes", "nodes"];

// The rows as CSV, figures exact; those of the run compared with beside.
export function tableCSV(rows, totals, isComparison) {
  const figures = (row) => [...RAW.map((key) => row[key] ?? ""), ...(isComparison ? RAW.map((key) => row.was?.[key] ?? "") : [])];
  const head = ["layer", "path", "depth", "output", "share", ...RAW, ...(isComparison ? [...RAW.map((key) => `${key}_before`), "change"] : [])];
  const lines = rows.map((row) => [row.name, row.id, row.depth, row.output, totals.params ? (row.params / totals.params).toFixed(6) : "", ...figures(row), ...(isComparison ? [row.change] : [])]);
  const total = ["Total", "", "", "", "", ...figures(totals), ...(isComparison ? [""] : [])];
  return csvLines([head, ...lines, total]);
}

export function csvLines(lines) {
  return lines.map((cells) => cells.map(quote).join(",")).join("\n") + "\n";
}

function quote(cell) {
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
