// Draws ridges on a canvas, the oldest first: each fill hides what lies behind it.

import { outlineHeight } from "./geometry.js";
import { formatStep, makeTicks } from "./numbers.js";

const FAINT = 0.006; // below this share of the peak an outline fades, so that tails do not stripe the card
const FAINT_ALPHA = 0.22;
const FILL_ALPHA = 0.94;
const SMOOTH_BELOW_PX = 3.2; // wider columns are drawn as the steps they are
const AXIS_TOP = 14;
const TICK_GAP_PX = 56;
const MAX_TICKS = 10;
const LABEL_SHARES = [0, 0.25, 0.5, 0.75, 1];
const LABEL_GAP_PX = 13;
const CHIP = { width: 40, height: 16, radius: 4, offset: 10 };

// The paths of every row, built once for a size: {fill, outline, strong}.
export function makePaths(data, plot) {
  return Array.from({ length: data.numRows }, (_, row) => makeRowPaths(data, plot, row));
}

function makeRowPaths(data, plot, row) {
  const base = plot.baseline(row);
  const [fill, outline, strong] = [new Path2D(), new Path2D(), new Path2D()];
  const isSmooth = plot.columnWidth < SMOOTH_BELOW_PX;
  const threshold = FAINT * plot.amplitude;
  fill.moveTo(plot.x0, base);
  outline.moveTo(plot.x0, base);
  let isDown = false;
  for (let column = 0; column < data.numColumns; column += 1) {
    const height = outlineHeight(data, plot, row, column);
    const left = plot.x0 + column * plot.columnWidth;
    const xs = isSmooth ? [left + plot.columnWidth / 2] : [left, left + plot.columnWidth];
    if (!isSmooth || height < threshold) isDown = false; // risers of steps stay faint
    for (const x of xs) {
      fill.lineTo(x, base - height);
      outline.lineTo(x, base - height);
      if (height < threshold) continue;
      if (isDown) strong.lineTo(x, base - height);
      else strong.moveTo(x, base - height);
      isDown = true;
    }
  }
  outline.lineTo(plot.x1, base);
  fill.lineTo(plot.x1, base);
  fill.closePath();
  return { fill, outline, strong };
}

// Draws the whole plot. `cursorRow` is the lifted row, or null.
export function drawPlot(context, { data, plot, paths, colors, cursorRow }) {
  context.clearRect(0, 0, plot.width, plot.height);
  if (data.numNonFinite.some((count, row) => count < data.num[row])) drawAxis(context, data, plot, colors);
  paths.forEach((row, index) => {
    const age = data.numRows > 1 ? index / (data.numRows - 1) : 1;
    const isCursor = index === cursorRow;
    drawRow(context, row, {
      fill: isCursor ? colors.cursor : colors.fill(age),
      line: isCursor || data.numRows === 1 ? colors.surface : colors.line(age),
      width: isCursor ? 1.8 : 1.1,
      alpha: isCursor ? 1 : FILL_ALPHA,
    });
    if (data.numNonFinite[index] > 0) drawFlag(context, plot.x1, plot.baseline(index), colors);
  });
  drawLabels(context, data, plot, colors, cursorRow);
}

function drawRow(context, { fill, outline, strong }, style) {
  context.globalAlpha = style.alpha;
  context.fillStyle = style.fill;
  context.fill(fill);
  context.strokeStyle = style.line;
  context.lineWidth = style.width;
  context.globalAlpha = FAINT_ALPHA;
  context.stroke(outline);
  context.globalAlpha = 1;
  context.stroke(strong);
}

function drawFlag(context, x1, base, colors) {
  context.fillStyle = colors["bad-dot"];
  context.beginPath();
  context.moveTo(x1 + 2, base);
  context.lineTo(x1 + 8, base - 3.5);
  context.lineTo(x1 + 8, base + 3.5);
  context.fill();
}

function drawAxis(context, data, plot, colors) {
  context.font = `11px ${colors.font}`;
  context.textAlign = "center";
  context.lineWidth = 1;
  const numTicks = Math.max(2, Math.min(MAX_TICKS, (plot.x1 - plot.x0) / TICK_GAP_PX));
  for (const { value, label } of makeTicks(data.low, data.high, numTicks)) {
    const x = plot.xOf(value);
    if (x < plot.x0 + 8 || x > plot.x1 - 8) continue;
    context.fillStyle = colors["text-3"];
    context.fillText(label, x, plot.bottom + 14);
    context.strokeStyle = value === 0 ? colors["line-strong"] : colors.grid;
    context.beginPath();
    context.moveTo(Math.round(x) + 0.5, AXIS_TOP);
    context.lineTo(Math.round(x) + 0.5, plot.bottom);
    context.stroke();
  }
}

function drawLabels(context, data, plot, colors, cursorRow) {
  const largest = Math.abs(data.steps[data.numRows - 1]);
  const chipY = cursorRow === null ? -Infinity : plot.baseline(cursorRow);
  let lastY = -Infinity;
  context.textAlign = "left";
  context.fillStyle = colors["text-3"];
  for (const share of LABEL_SHARES) {
    const row = Math.round(share * (data.numRows - 1));
    const y = plot.baseline(row);
    if (y - lastY < LABEL_GAP_PX || Math.abs(y - chipY) < CHIP.height) continue;
    context.fillText(formatStep(data.steps[row], largest), plot.x1 + CHIP.offset + 4, y + 4);
    lastY = y;
  }
  if (cursorRow !== null) drawChip(context, plot, colors, chipY, formatStep(data.steps[cursorRow], largest));
}

function drawChip(context, plot, colors, y, label) {
  context.fillStyle = colors.accent;
  context.beginPath();
  context.roundRect(plot.x1 + CHIP.offset, y - CHIP.height / 2, CHIP.width, CHIP.height, CHIP.radius);
  context.fill();
  context.fillStyle = colors["on-accent"];
  context.font = `600 10.5px ${colors.font}`;
  context.fillText(label, plot.x1 + CHIP.offset + 4, y + 4, CHIP.width - 6);
}

// The dotted line at a bucket and the ring on its row, on a canvas of their own above the plot.
export function drawPointer(context, { data, plot, colors, row, x }) {
  const column = plot.columnOf(x);
  const y = plot.baseline(row) - outlineHeight(data, plot, row, column);
  context.strokeStyle = colors.ink;
  context.lineWidth = 1;
  context.setLineDash([2, 2]);
  context.beginPath();
  context.moveTo(x, AXIS_TOP);
  context.lineTo(x, plot.bottom);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.arc(x, y, 4, 0, 2 * Math.PI);
  context.fillStyle = colors.surface;
  context.fill();
  context.strokeStyle = colors.cursor;
  context.lineWidth = 2;
  context.stroke();
}
