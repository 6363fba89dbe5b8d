// What stands in heads, cells and ribbons.

import { formatCount, formatValue } from "../../format.js";
import { shortBytes, shortCount, writeValue } from "../numbers.js";

export function flopText(flops) {
  return flops < 1e4 ? `${formatCount(flops)} FLOP` : `${shortCount(flops)}FLOP`;
}

export function paramTexts(row) {
  if (row.kind === "input") return row.op;
  if (row.tied && !row.params) return `tied with ${row.tied}`;
  if (!row.params) return "no parameters";
  return [`${shortCount(row.params)} params`, shortCount(row.params)];
}

// The share of all parameters, all copies together.
export function shareText(share) {
  if (share < 0.0005) return "< 0.1 %";
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

// isTight: there is no room for the long words.
export function headTexts({ totals }, isTight) {
  return {
    module: ["Module", `${shortCount(totals.params)} params`],
    forward: ["Forward ↓", flopText(totals.flops)],
    saved: [isTight ? "Saved →" : "Saved for backward →", shortBytes(totals.saved_bytes)],
    gradients: ["Gradients ↑", flopText(totals.backward_flops)],
    update: ["Update", isTight ? shortBytes(totals.state_bytes) : `${shortBytes(totals.state_bytes)} of state`],
  };
}

// 11.3 GB = 12 × 945 MB; copies that differ are only summed up.
export function savedText(row, isLong) {
  const total = shortBytes(row.all.saved_bytes);
  if (row.copies === 1 || row.all.saved_bytes !== row.copies * row.saved_bytes) return total;
  const copies = `${row.copies} × ${shortBytes(row.saved_bytes)}`;
  return isLong ? `${total} = ${copies}` : copies;
}

// The lines of a cell; where a line is a list, the first of it that fits is drawn.
export function forwardTexts(row, value) {
  if (row.kind === "input") return [row.forward, "input"];
  const kind = [row.forward, row.forward.replace(/^.* /, "")];
  const cost = row.flops ? flopText(row.flops) : row.main_op || "no operations";
  const isLoss = row.family === "loss" && row.depth === 0;
  return isLoss && value !== undefined ? [`loss = ${writeValue(value, formatValue)}`, [`${row.forward} · ${cost}`, ...kind]] : [kind, cost];
}

export function gradientTexts(row, norm) {
  const isLoss = row.family === "loss" && row.depth === 0;
  const title = isLoss ? "∂loss = 1" : row.gradients.join("  ") || "∂x";
  if (norm !== undefined) return [title, `‖∂W‖ ${writeValue(norm, formatValue)}`];
  if (isLoss && row.op === "Softmax cross-entropy") return [title, ["softmax − one-hot", flopText(row.backward_flops)]];
  return [title, flopText(row.backward_flops)];
}

export function updateTexts(row, optimizer, ratio) {
  if (ratio !== undefined) return [optimizer, `ΔW∕W ${writeValue(ratio, formatValue)}`];
  return [optimizer, row.state_bytes ? [`${shortBytes(row.state_bytes)} of state`, `${shortBytes(row.state_bytes)} state`, shortBytes(row.state_bytes)] : flopText(row.update_flops)];
}

// What a row says when it is read aloud, and under the pointer.
export function spoken(row) {
  const parts = [row.name, row.op !== row.name ? row.op : ""];
  if (row.blocks) parts.push(`${row.count} identical blocks`);
  if (row.params) parts.push(`${formatCount(row.params)} parameters`);
  if (row.all.saved_bytes) parts.push(`${shortBytes(row.all.saved_bytes)} saved for backward`);
  if (row.recomputed_flops) parts.push(`recomputes ${flopText(row.recomputed_flops)}`);
  if (row.tied) parts.push(`tied with ${row.tied}`);
  return parts.filter(Boolean).join(", ");
}

// The largest of the saved tensors, as parts of one sentence.
export function largestWords({ largest, totals }) {
  const share = Math.round((100 * largest.total_bytes) / Math.max(1, totals.saved_bytes));
  const owner = largest.module ? `${largest.module}’s ` : "";
  const size = largest.count > 1 ? `is ${shortBytes(largest.num_bytes)} × ${largest.count} blocks = ` : "is ";
  return { owner, dtype: largest.dtype, name: largest.name, size, total: shortBytes(largest.total_bytes), share: `${share} %` };
}
