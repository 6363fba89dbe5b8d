// Curves of many runs on one canvas. uPlot draws axes and handles the drag; each line has its own x, so the lines
// are drawn here, on uPlot's canvas. What follows the pointer is on a second canvas and costs no redraw.

import uPlot from "../../../vendor/uplot/uPlot.esm.js";
import { axisTicks, timeSteps, wholeSteps } from "./axes.js";
import { drawLines, drawLifted } from "./draw_lines.js";
import { nearestLine, nearestPoint } from "./nearest.js";
import { rangeOfX, rangeOfY } from "./ranges.js";
import { themeColor } from "./theme.js";
import { tooltip } from "./tooltip.js";

const TICK_FONT = '11px "Inter Variable", Inter, system-ui, sans-serif';
const Y_AXIS_PX = 50;
const X_AXIS_PX = 24;
const BLEED_PX = 8; // the overlay reaches over the plot's edge, so that a dot there is whole

export class LinePlot {
  #element;
  #session;
  #options;
  #lines = [];
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
  }

  setLines(lines) {
    this.#lines = lines.map((line) => ({ ...line, x: this.#positions(line) }));
    if (this.#uplot) this.#uplot.setData(this.#data(), true);
    else if (this.#element.clientWidth > 0) this.#make();
    if (this.#pointer) this.#point();
    this.#drawOverlay();
  }

  setOptions(options) {
    const isOtherScale = (options.x ?? "step") !== (this.#options.x ?? "step") || options.scale !== this.#options.scale;
    this.#options = options;
    if (isOtherScale) this.#clear(); // made anew when the new data arrive
  }

  setTheme(redraw) {
    this.#clear();
    redraw();
  }

  resize(width, height) {
    if (this.#uplot && width > 0 && height > 0) {
      this.#uplot.setSize({ width, height });
      this.#drawOverlay();
    }
  }

  destroy() {
    this.#offs.forEach((off) => off());
    if (this.#pointer) tooltip.hide();
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
    return this.#options.scale === "log";
  }

  // Where the points of a line stand on the x-axis; NaN and Inf marks too.
  #positions(line) {
    const shift = this.#axis === "wall" ? line.firstWall : 0;
    const place = (steps, walls) => (this.#axis === "step" ? steps : Float64Array.from(walls, (wall) => wall + shift));
    return { points: place(line.steps, line.walls), nonFinite: place(line.nonFinite.steps, line.nonFinite.walls) };
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
    const isTime = isX && this.#axis !== "step";
    return {
      scale,
      size: isX ? X_AXIS_PX : Y_AXIS_PX,
      gap: isX ? 5 : 6,
      space: isX ? 64 : 30,
      font: TICK_FONT,
      stroke: themeColor("--text-3"),
      grid: { show: !isX, stroke: themeColor("--grid"), width: 1 },
      ticks: { show: false },
      border: { show: isX, stroke: themeColor("--line-strong"), width: 1 },
      ...(isX ? { incrs: isTime ? timeSteps : wholeSteps } : {}),
      values: (_, splits) => axisTicks(splits, isX ? this.#axis : "value"),
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
    this.#hover = nearestLine(this.#uplot, this.#lines, left, top);
    if (!this.#hover) return;
    const { line, index } = this.#hover;
    this.#session.setFocus(line.name);
    this.#session.setCursor(line.steps[index]);
    tooltip.show(this.#element, this.#lines, line, this.#uplot.posToVal(left, "x"));
  }

  #leave() {
    this.#pointer = null;
    this.#hover = null;
    tooltip.hide();
    this.#session.setFocus(null);
    this.#session.setCursor(null);
  }

  // The step cursor, and the focused run lifted over all others.
  #drawOverlay() {
    if (!this.#uplot) return;
    const { over } = this.#uplot;
    const ratio = devicePixelRatio;
    const [width, height] = [over.clientWidth + 2 * BLEED_PX, over.clientHeight + 2 * BLEED_PX];
    if (this.#overlay.width !== width * ratio || this.#overlay.height !== height * ratio) {
      this.#overlay.width = width * ratio;
      this.#overlay.height = height * ratio;
    }
    const context = this.#overlay.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, BLEED_PX * ratio, BLEED_PX * ratio);
    context.clearRect(-BLEED_PX, -BLEED_PX, width, height);
    const focused = this.#lines.find((line) => line.name === this.#session.focusedRun) ?? null;
    const place = this.#hover ?? this.#placeOfCursor(focused);
    if (place) this.#drawCursor(context, place, over.clientHeight);
    if (focused) drawLifted(context, this.#uplot, focused, place?.line === focused ? place.index : null);
  }

  // Where the shared step cursor stands on this card: on the focused run, else on the first.
  #placeOfCursor(focused) {
    const step = this.#session.cursorStep;
    const line = focused ?? this.#lines.find((one) => one.steps.length > 0);
    if (step === null || !line || line.steps.length === 0) return null;
    return { line, index: nearestPoint(line.steps, step) };
  }

  #drawCursor(context, { line, index }, height) {
    const x = Math.round(this.#uplot.valToPos(line.x.points[index], "x")) + 0.5;
    context.globalAlpha = this.#pointer ? 1 : 0.4;
    context.strokeStyle = themeColor("--accent");
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, height);
    context.stroke();
    context.globalAlpha = 1;
  }
}
