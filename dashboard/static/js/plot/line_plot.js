// Curves of many runs on one canvas. uPlot draws axes and handles the drag; each line has its own x, so the lines
// are drawn here, on uPlot's canvas. What follows the pointer is on a second canvas and costs no redraw.

import uPlot from "../../../vendor/uplot/uPlot.esm.js";
import { addKey } from "../keys.js";
import { axisSize, axisTicks, logSplits, timeSteps, wholeSteps } from "./axes.js";
import { drawLines, drawLifted } from "./draw_lines.js";
import { currentPoints, nearestIndex, nearestLine } from "./nearest.js";
import { rangeOfX, rangeOfY } from "./ranges.js";
import { themeColor } from "./theme.js";
import { tooltip } from "./tooltip.js";

const TICK_FONT = '11px "Inter Variable", Inter, system-ui, sans-serif';
const X_AXIS_PX = 24;
const BLEED_PX = 8; // the overlay reaches over the plot's edge, so that a dot there is whole

// Answered by the plot that has the focus; here only told.
addKey({ keys: ["ArrowLeft", "ArrowRight"], label: "Move the cursor; with Shift by ten points", group: "Chart" });
addKey({ keys: ["ArrowUp", "ArrowDown"], label: "Change the run", group: "Chart" });

export class LinePlot {
  #element;
  #session;
  #options;
  #lines = [];
  #placed = new WeakMap(); // values of a line → {axis, x, current}
  #uplot = null;
  #overlay = document.createElement("canvas");
  #pointer = null; // where it is over the plot: {left, top}; null elsewhere
  #hover = null; // {line, index} of the point nearest to the pointer
  #offs;

  constructor(element, session, options) {
    this.#element = element;
    this.#session = session;
    this.#options = options;
    this.#overlay.className = "plot-overlay";
    this.#offs = [session.on("cursor", () => this.#drawOverlay()), session.on("focus", () => this.#drawOverlay())];
    this.#offs.push(session.on("theme", () => this.#clear())); // colours of axes are fixed when they are made
    this.#offs.push(session.on("range", () => this.#zoomAtOnce()));
    element.tabIndex = 0;
    element.addEventListener("keydown", (event) => this.#press(event));
    element.addEventListener("blur", () => this.#leave());
  }

  setLines(lines) {
    this.#lines = lines.map((line) => this.#prepare(line));
    if (this.#uplot) this.#uplot.setData(this.#data(), true);
    else if (this.#element.clientWidth > 0) this.#make();
    if (this.#pointer) this.#point();
    this.#drawOverlay();
  }

  // Shows the new range with what is there; all of its points come with the next answer.
  #zoomAtOnce() {
    this.#uplot?.setData(this.#data(), true);
    this.#drawOverlay();
  }

  // Draws what is there on other axes at once; whoever calls may bring finer data later.
  setOptions(options) {
    const isOtherScale = (options.x ?? "step") !== this.#axis || options.y !== this.#options.y;
    this.#options = options;
    if (isOtherScale) this.#clear();
  }

  resize(width, height) {
    if (this.#uplot && width > 0 && height > 0) {
      this.#uplot.setSize({ width, height });
      this.#drawOverlay();
    }
  }

  destroy() {
    this.#offs.forEach((off) => off());
    if (this.#hover) tooltip.hide();
    this.#clear();
  }

  #clear() {
    this.#uplot?.destroy();
    this.#uplot = null;
  }

  get #axis() {
    return this.#options.x ?? "step";
  }

  get #isLog() {
    return this.#options.y === "log";
  }

  // Adds to a line where its points stand on the x-axis, NaN and Inf marks too, and which of them count. That is the
  // same until the line has other points or the axis is another.
  #prepare(line) {
    let placed = this.#placed.get(line.values);
    if (placed?.axis !== this.#axis) {
      placed = this.#place(line);
      this.#placed.set(line.values, placed);
    }
    return { ...line, ...placed };
  }

  #place(line) {
    const shift = this.#axis === "wall" ? line.firstWall : 0;
    const place = (steps, walls) => (this.#axis === "step" ? steps : Float64Array.from(walls, (wall) => wall + shift));
    const points = place(line.steps, line.walls);
    return {
      axis: this.#axis,
      x: { points, nonFinite: place(line.nonFinite.steps, line.nonFinite.walls) },
      current: currentPoints(line, points),
    };
  }

  #data() {
    return [rangeOfX(this.#lines, this.#zoom), [null, null]];
  }

  get #zoom() {
    const { range } = this.#session;
    return range && range.axis === this.#axis ? range.bounds : null;
  }

  #make() {
    const { clientWidth: width, clientHeight: height } = this.#element;
    this.#uplot = new uPlot(this.#uplotOptions(width, height), this.#data(), this.#element);
    this.#uplot.over.append(this.#overlay);
    this.#listen(this.#uplot.over);
  }

  #uplotOptions(width, height) {
    return {
      width,
      height,
      padding: [13, 16, 0, 0],
      legend: { show: false },
      cursor: { x: false, y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
      scales: {
        x: { time: false, range: () => rangeOfX(this.#lines, this.#zoom) },
        y: { distr: this.#isLog ? 3 : 1, range: () => rangeOfY(this.#lines, this.#zoom, this.#isLog) },
      },
      series: [{}, { show: true, points: { show: false }, paths: () => null }],
      axes: [this.#axisOptions("x"), this.#axisOptions("y")],
      hooks: {
        draw: [(plot) => drawLines(plot, this.#lines)],
        setSelect: [(plot) => this.#select(plot)],
      },
    };
  }

  #axisOptions(scale) {
    const isX = scale === "x";
    const isLog = !isX && this.#isLog;
    const word = isX ? this.#axis : isLog ? "log" : "value";
    return {
      scale,
      size: isX ? X_AXIS_PX : axisSize,
      gap: isX ? 5 : 6,
      space: isX ? 64 : 30,
      font: TICK_FONT,
      stroke: themeColor("--text-3"),
      grid: { show: !isX, stroke: themeColor("--grid"), width: 1 },
      ticks: { show: false },
      border: { show: isX, stroke: themeColor("--line-strong"), width: 1 },
      values: (_, splits) => axisTicks(splits, word),
      ...(isX ? { incrs: this.#axis === "step" ? wholeSteps : timeSteps } : {}),
      ...(isLog ? { splits: (plot, axis, low, high) => logSplits(low, high), filter: (plot, splits) => splits } : {}),
    };
  }

  #select(plot) {
    const { left, width } = plot.select;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (width < 4) return;
    const bounds = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
    this.#session.setRange({ axis: this.#axis, bounds });
  }

  #listen(over) {
    over.addEventListener("mousemove", (event) => {
      const box = over.getBoundingClientRect();
      this.#pointer = { left: event.clientX - box.left, top: event.clientY - box.top };
      this.#point();
    });
    over.addEventListener("mouseleave", () => this.#leave());
    over.addEventListener("dblclick", () => this.#session.setRange(null));
  }

  // Lights what is under the pointer; again when new points arrive there.
  #point() {
    const { left, top } = this.#pointer;
    this.#light(nearestLine(this.#uplot, this.#lines, left, top), this.#uplot.posToVal(left, "x"));
  }

  #light(hover, x) {
    this.#hover = hover;
    if (!hover) return;
    const { line, index } = hover;
    this.#session.setFocus(line.name);
    this.#session.setCursor(line.steps[index]);
    tooltip.show(this.#element, this.#lines, line, x, this.#session.comparison);
  }

  // Arrow keys move the cursor along a line; up and down change the line; Escape lets go.
  #press(event) {
    const lines = this.#lines.filter((line) => line.current.x.length > 0);
    if (!this.#uplot || lines.length === 0) return;
    if (event.key === "Escape" && this.#hover) {
      event.preventDefault();
      return this.#leave();
    }
    const stride = { ArrowLeft: -1, ArrowRight: 1 }[event.key] * (event.shiftKey ? 10 : 1);
    const turn = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!stride && !turn) return;
    event.preventDefault();
    const at = Math.max(0, lines.findIndex((line) => line.name === this.#hover?.line.name));
    const line = lines[(at + (turn ?? 0) + lines.length) % lines.length];
    const { x, indices } = line.current;
    const from = this.#hover ? nearestIndex(x, this.#hover.line.x.points[this.#hover.index]) : x.length - 1 - (stride || 0);
    const place = Math.max(0, Math.min(x.length - 1, from + (stride || 0)));
    this.#light({ line, index: indices[place] }, x[place]);
  }

  #leave() {
    this.#pointer = null;
    if (!this.#hover) return;
    this.#hover = null;
    tooltip.hide();
    this.#session.setFocus(null);
    this.#session.setCursor(null);
  }

  // The step cursor, and the focused run lifted over all others.
  #drawOverlay() {
    if (!this.#uplot) return;
    const ratio = devicePixelRatio;
    const { bbox } = this.#uplot; // asking an element for its size would have the page laid out
    const [width, height] = [bbox.width / ratio + 2 * BLEED_PX, bbox.height / ratio + 2 * BLEED_PX];
    if (this.#overlay.width !== width * ratio || this.#overlay.height !== height * ratio) {
      this.#overlay.width = width * ratio;
      this.#overlay.height = height * ratio;
    }
    const context = this.#overlay.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, BLEED_PX * ratio, BLEED_PX * ratio);
    context.clearRect(-BLEED_PX, -BLEED_PX, width, height);
    const focused = this.#lines.find((line) => line.name === this.#session.focusedRun) ?? null;
    const place = this.#hover ?? this.#placeOfCursor(focused);
    if (place) this.#drawCursor(context, place, bbox.height / ratio);
    if (focused) drawLifted(context, this.#uplot, focused, place?.line === focused ? place.index : null);
  }

  // Where the shared step cursor stands on this card: on the focused run, else on the first.
  #placeOfCursor(focused) {
    const step = this.#session.cursorStep;
    const line = [focused, ...this.#lines].find((one) => one?.current.x.length > 0);
    if (step === null || !line) return null;
    const steps = Float64Array.from(line.current.indices, (index) => line.steps[index]);
    return { line, index: line.current.indices[nearestIndex(steps, step)] };
  }

  #drawCursor(context, { line, index }, height) {
    const x = Math.round(this.#uplot.valToPos(line.x.points[index], "x")) + 0.5;
    context.globalAlpha = this.#hover ? 1 : 0.4;
    context.strokeStyle = themeColor("--accent");
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, height);
    context.stroke();
    context.globalAlpha = 1;
  }
}
