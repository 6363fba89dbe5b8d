// One card's plot: two canvases (ridges; what follows the pointer), the step cursor, and the keys.

import { ridgeColors } from "./colors.js";
import { BucketCache } from "./buckets.js";
import { drawPlot, drawPointer, makePaths } from "./draw.js";
import { make } from "./elements.js";
import { makePlot, nearestRow, nearestStep } from "./geometry.js";
import { findBucket, tooltip } from "./tooltip.js";

const BIG_STEP = 10;
// The plot that holds the cursor; while there is one, the pointer moves it on no other card.
let holder = null;

export class RidgePlot {
  #element;
  #session;
  #onRow;
  #data = null;
  #plot = null;
  #paths = [];
  #colors = null;
  #canvas = make("canvas", "ridge-canvas");
  #overlay = make("canvas", "ridge-canvas");
  #pointer = null; // {row, x} under the pointer or held; x is null where only a row is meant
  #frame = 0;
  #buckets;
  #offs;

  // `onRow` is called when another row is the one to describe.
  constructor(element, session, tag, onRow) {
    this.#element = element;
    this.#session = session;
    this.#onRow = onRow;
    this.#buckets = new BucketCache(session, tag, () => this.#drawPointer());
    element.classList.add("ridge-plot");
    element.tabIndex = 0;
    element.setAttribute("role", "group");
    element.append(this.#canvas, this.#overlay);
    this.#offs = [session.on("cursor", () => this.#follow())];
    for (const event of ["theme", "style"]) this.#offs.push(session.on(event, () => this.#restyle()));
    this.#listen();
  }

  // The row that the cursor is on; null without a cursor.
  get cursorRow() {
    if (!this.#data || this.#data.numRows === 0) return null;
    if (this.#pointer) return this.#pointer.row;
    const { step } = this.#session.cursor;
    return step === null ? null : nearestStep(this.#data, step);
  }

  setData(data) {
    const step = this.#pointer ? this.#data.steps[this.#pointer.row] : null;
    if (data === null || data.numReplaced !== this.#data?.numReplaced) this.#buckets.clear();
    this.#data = data;
    this.#buckets.setRun(data?.runName ?? null);
    if (!data) this.release();
    else if (step !== null) this.#pointer.row = nearestStep(data, step);
    this.#restyle();
  }

  resize() {
    this.#layOut();
  }

  // Puts the cursor on a row and holds it there.
  goTo(row) {
    this.#hold({ row, x: this.#pointer?.x ?? null });
  }

  // The row is held here no more; the step of all pages may stay.
  release() {
    if (holder === this) holder = null;
    this.#leave();
  }

  destroy() {
    this.#offs.forEach((off) => off());
    cancelAnimationFrame(this.#frame);
    this.release();
  }

  #listen() {
    const element = this.#element;
    element.addEventListener("pointermove", (event) => event.pointerType !== "touch" && this.#point(event));
    element.addEventListener("pointerenter", () => this.#data && this.#buckets.want(this.#data.steps));
    element.addEventListener("pointerleave", () => holder !== this && this.#leave());
    element.addEventListener("click", (event) => this.#click(event));
    element.addEventListener("keydown", (event) => this.#key(event));
  }

  #restyle() {
    if (this.#data) this.#colors = ridgeColors(this.#session.colorOf(this.#data.runName));
    this.#layOut();
  }

  #layOut() {
    const { clientWidth: width, clientHeight: height } = this.#element;
    if (width === 0 || height === 0) return;
    this.#plot = this.#data?.numRows ? makePlot(this.#data, width, height) : null;
    this.#paths = this.#plot ? makePaths(this.#data, this.#plot) : [];
    this.#changed();
  }

  // Draws in the next frame, once, however many events there were.
  #changed() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    const row = this.cursorRow;
    const context = fit(this.#canvas, this.#element);
    if (this.#plot) {
      drawPlot(context, { data: this.#data, plot: this.#plot, paths: this.#paths, colors: this.#colors, cursorRow: row });
      this.#onRow(row);
    }
    this.#drawPointer();
  }

  #drawPointer() {
    const context = fit(this.#overlay, this.#element);
    context.clearRect(0, 0, this.#element.clientWidth, this.#element.clientHeight);
    if (!this.#plot || !this.#pointer) return;
    const { row, x } = this.#pointer;
    const histogram = this.#buckets.at(this.#data.steps[row]);
    const bucket = histogram && x !== null ? findBucket(histogram, this.#plot.valueOf(x)) : null;
    const place = this.#middle(bucket, histogram, x);
    if (x !== null) drawPointer(context, { data: this.#data, plot: this.#plot, colors: this.#colors, row, x: place });
    this.#showTip(row, bucket, histogram, place);
  }

  #showTip(row, bucket, histogram, x) {
    tooltip.show(this, {
      data: this.#data,
      row,
      color: this.#session.colorOf(this.#data.runName),
      bucket,
      histogram,
      plot: this.#element,
      x: x ?? this.#plot.width / 2,
      isHeld: holder === this,
    });
  }

  // The dotted line stands in the middle of a bucket that is wider than the pointer's own column.
  #middle(bucket, histogram, x) {
    if (x === null || !bucket || bucket.index < 0) return x;
    const [left, right] = [histogram.lefts, histogram.rights].map((edges) => this.#plot.xOf(edges[bucket.index]));
    return right - left > 2 ? Math.max(this.#plot.x0, Math.min(this.#plot.x1, (left + right) / 2)) : x;
  }

  #point(event) {
    if (!this.#plot || holder === this) return;
    const { x, y } = this.#place(event);
    const row = holder ? nearestStep(this.#data, this.#session.cursor.step) : nearestRow(this.#data, this.#plot, x, y);
    this.#moveTo({ row, x });
  }

  #place(event) {
    const box = this.#element.getBoundingClientRect();
    const x = Math.max(this.#plot.x0, Math.min(this.#plot.x1, event.clientX - box.left));
    return { x, y: event.clientY - box.top };
  }

  #moveTo(pointer) {
    const isOtherRow = pointer.row !== this.cursorRow;
    const step = this.#data.steps[pointer.row];
    this.#pointer = pointer;
    if (holder === this) this.#session.cursor.hold(step);
    else if (!holder) this.#session.cursor.hover(step);
    if (isOtherRow) this.#changed();
    this.#drawPointer();
  }

  #click(event) {
    if (!this.#plot) return;
    if (holder === this) return this.#session.cursor.hold(null);
    const { x, y } = this.#place(event);
    this.#hold({ row: nearestRow(this.#data, this.#plot, x, y), x });
  }

  #hold(pointer) {
    if (holder !== this) holder?.release();
    holder = this;
    this.#buckets.want(this.#data.steps);
    this.#moveTo(pointer);
  }

  #leave() {
    if (!this.#pointer) return;
    this.#pointer = null;
    tooltip.hide(this);
    if (!holder) this.#session.cursor.hover(null);
    this.#changed();
  }

  #key(event) {
    if (!this.#plot) return;
    const direction = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!direction) return;
    const last = this.#data.numRows - 1;
    const row = (this.cursorRow ?? last) + direction * (event.shiftKey ? BIG_STEP : 1);
    this.#hold({ row: Math.max(0, Math.min(last, row)), x: this.#pointer?.x ?? null });
    event.preventDefault();
    event.stopPropagation();
  }

  // The cursor was moved elsewhere.
  #follow() {
    if (holder === this && this.#session.cursor.held === null) this.release();
    if (holder === this || this.#pointer) return;
    this.#changed();
  }
}

// Gives a canvas the size of its element in device pixels, and a context that draws in CSS pixels.
function fit(canvas, element) {
  const ratio = devicePixelRatio;
  const [width, height] = [element.clientWidth, element.clientHeight].map((size) => Math.round(size * ratio));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
