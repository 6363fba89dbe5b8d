// How uPlot draws the axes of a plot; the lines are drawn by draw_lines.js.

import { axisSize, axisTicks, farSteps, keepInside, logSplits, logTimeSplits, timeSteps, wholeSteps } from "./axes.js";
import { themeColor } from "./theme.js";

const TICK_FONT = '11px "Inter Variable", Inter, system-ui, sans-serif';
const X_AXIS_PX = 24;
const LANE_PX = 13; // above the plot
const RIGHT_PX = 20; // beside it, for half of the last label
const FAR = 1e32; // from the lowest of the y-axis to the highest
const STEPS = { step: wholeSteps, relative: timeSteps, wall: timeSteps };

// Whether a plot goes on with another x-axis as it is; steps between the values of a metric are uPlot's own.
export function canTurn(from, to) {
  return from === to || (from in STEPS && to in STEPS);
}

// axes: {x, y: () → range of each, isLogX, isLogY, isBare: () → whether no point has a place on y, word: () → name of the x-axis}
export function uplotOptions({ width, height, axes, draw }) {
  const { isLogX, isLogY } = axes;
  return {
    width,
    height,
    padding: [LANE_PX, RIGHT_PX, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, distr: isLogX ? 3 : 1, range: axes.x },
      y: { distr: isLogY ? 3 : 1, range: axes.y },
    },
    series: [{}, { show: true, points: { show: false }, paths: () => null }],
    axes: [xAxis(axes), yAxis(axes)],
    hooks: { init: [reachFar], draw: [draw] },
  };
}

// uPlot's own steps end at 5e32, beyond which an axis would be bare.
function reachFar(plot) {
  const axis = plot.axes[1];
  const usual = axis.incrs;
  axis.incrs = (...args) => (args[3] - args[2] > FAR ? farSteps : usual(...args));
}

function xAxis(axes) {
  const isTime = () => axes.word() === "relative";
  const wordNow = () => (!axes.isLogX ? axes.word() : isTime() ? "log relative" : "log");
  return {
    ...common({ scale: "x", isLog: axes.isLogX }),
    ...(axes.isLogX ? { splits: (plot, axis, low, high) => (isTime() ? logTimeSplits : logSplits)(low, high) } : {}),
    size: X_AXIS_PX,
    gap: 5,
    space: 52,
    grid: { show: false },
    border: { show: true, stroke: themeColor("--line-strong"), width: 1 },
    values: (plot, splits) => keepInside(axisTicks(splits, wordNow()), splits, { plot, beside: RIGHT_PX }),
    ...(axes.word() in STEPS ? { incrs: () => STEPS[axes.word()] } : {}),
  };
}

function yAxis({ isLogY, isBare }) {
  return {
    ...common({ scale: "y", isLog: isLogY }),
    values: (_, splits) => (isBare() ? [] : axisTicks(splits, isLogY ? "log" : "value")),
    size: axisSize,
    gap: 6,
    space: 30,
    grid: { show: true, stroke: themeColor("--grid"), width: 1, filter: (_, splits) => (isBare() ? [] : splits) },
    border: { show: false },
  };
}

function common({ scale, isLog }) {
  const log = { splits: (plot, axis, low, high) => logSplits(low, high), filter: (plot, splits) => splits };
  return {
    scale,
    font: TICK_FONT,
    stroke: themeColor("--text-3"),
    ticks: { show: false },
    ...(isLog ? log : {}),
  };
}
