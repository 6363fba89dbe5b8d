// The rows of a training step as CSV, figures exact and of all copies together.

import { csvLines } from "../layer_columns.js";

const FIGURES = ["params", "flops", "saved_bytes", "backward_flops", "recomputed_flops", "update_flops", "state_bytes"];

export function rowsCSV({ rows, totals }, live) {
  const head = ["row", "path", "depth", "kind", "copies", ...FIGURES, "gradient_norm", "update_ratio"];
  const lines = rows.map((row) => [row.name, row.id, row.depth, row.op, row.blocks ? row.count : row.copies, ...FIGURES.map((key) => row.all[key] ?? ""), live.norm(row) ?? "", live.ratio(row) ?? ""]);
  return csvLines([head, ...lines, ["Total", "", "", "", "", ...FIGURES.map((key) => totals[key] ?? ""), "", ""]]);
}
