// Curves of many runs on one canvas. uPlot draws the axes; each line has its own x, so the lines are drawn on its canvas
// by draw_lines.js. What follows the pointer is on a second canvas and costs no redraw.

import { edgesOf } from "../aggregates/lines.js";
import uPlot from "../../../vendor/uplot/uPlot.esm.js";
import { sayBare, showBare } from "./bare.js";
import { Cursor } from "./cursor.js";
import { drawLines } from "./draw_lines.js";
import { followPointer } from "./gestures.js";
import { KeptPicture } from "./kept_picture.js";
import { Lane } from "./lane.js";
import { followMarks } from "./marks.js";
import { hasPoints, nearestIndex, placePoints } from "./nearest.js";
import { Overlay } from "./overlay.js";
import { rangePanel, selectSpan, spanOf } from "./range_panel.js";
import { countOutside, knownEnds, rangeOfX, rangeOfY } from "./ranges.js";
import { SpanHandles } from "./span_handles.js";
import { canTurn, uplotOptions } from "./uplot_options.js";
import { boxOf, resetZoom, zoomAt, zoomOf, zoomTo, zoomToBox } from "./zoom.js";

export class LinePlot {
  #element;
  #session;
  #card; // {id, title, tags}
  #options;
  #lines = [];
  #behind = []; // members of the lines, which are groups
  #placedOn = null; // the axis that they were placed on
  #uplot = null;
  #overlay = new Overlay();
  #underlay = new KeptPicture();
  #handles = new SpanHandles({ move: (end, x) => this.#setBound(end, x, { isContinuous: true }), travel: (end, stride) => this.#travelBound(end, stride) });
  #cursor;
  #lane;
  #drag = null; // {kind, from, to} while one goes on
  #bare = null; // why no point has a place: {title, text}
  #isInView = true;
  #isDue = false; // what is drawn is not what there is
  #frozen = null; // {x, y}: ranges that stay while the pointer is on the plot
  #isOutgrown = false; // points came that these do not show
  #full = null; // range of x without a zoom, once it was seen
  #frame = 0;
  #offs;
  #keys = {
    "[": (x) => this.#setBound(0, x),
    "]": (x) => this.#setBound(1, x),
    "+": (x) => this.#zoomAtValue(x, 0.5),
    "=": (x) => this.#zoomAtValue(x, 0.5),
    "-": (x) => this.#zoomAtValue(x, 2),
  };

  constructor(element, session, { options, ...card }) {
    this.#element = element;
    this.#session = session;
    this.#card = card;
    this.#options = options;
    this.#cursor = new Cursor(element, session, { card, changed: () => this.#changed(), left: () => this.#thaw(), keys: this.#keys });
    this.#lane = new Lane((step) => session.cursor.hold(step));
    this.#offs = [
      followMarks(() => this.#changed()),
      session.on("theme", () => this.#clear()), // colours of axes are fixed when they are made
      session.on("range", () => this.#zoomed()),
      session.on("view", (keys) => keys.has("span") && this.#changed()),
    ];
  }

  // Lines are decoded series with their `run`; `source` is the series that was decoded. Those behind are the members of
  // groups, faint.
  setLines(lines, behind = []) {
    const areOthers = lines.length !== this.#lines.length || lines.some(({ name }, i) => name !== this.#lines[i].name);
    if (areOthers || this.#placedOn !== this.axis) this.#frozen = null;
    this.#placedOn = this.axis;
    for (const line of [...lines, ...behind]) line.x = placePoints(line.source, this.axis);
    this.#lines = lines;
    this.#behind = behind;
    this.#cursor.setLines(this.#lines, this.axis, this.#behind);
    this.#redraw();
  }

  // Draws what is there on other axes at once; whoever calls may bring finer data later.
  setOptions(options) {
    const axis = this.axis;
    const isOtherScale = ["y", "xscale"].some((name) => options[name] !== this.#options[name]);
    this.#options = options;
    this.#frozen = null;
    if (isOtherScale || !canTurn(axis, this.axis)) this.#clear();
  }

  // What is out of sight is drawn when it comes into view.
  setInView(isInView) {
    this.#isInView = isInView;
    if (!isInView) this.#underlay.forget();
    else if (this.#isDue) this.#redraw();
    else this.#changed();
  }

  resize(width, height) {
    if (!this.#uplot || width === 0 || height === 0) return;
    this.#uplot.setSize({ width, height });
    this.#changed();
  }

  destroy() {
    this.#offs.forEach((off) => off());
    this.#cursor.destroy();
    rangePanel.hide(this);
    this.#clear();
  }

  get axis() {
    return this.#options.x ?? "step";
  }

  // How many of the drawn points in sight lie beyond the y-axis.
  countOutside() {
    return countOutside(this.#lines, this.#zoom, this.#rangeOfY(), this.#options.y === "log");
  }

  #clear() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#overlay.detach();
    this.#uplot?.destroy();
    this.#uplot = null;
  }

  #redraw() {
    this.#isDue = !this.#isInView || this.#element.clientWidth === 0;
    if (this.#isDue) return;
    this.#bare = sayBare([...this.#lines, ...this.#faint], this.#options.y === "log");
    if (this.#uplot) this.#uplot.setData(this.#data(), true);
    else this.#make();
    showBare(this.#uplot.over, this.#bare);
    this.#changed();
  }

  // Shows the new range with what is there; all of its points come with the next answer.
  #zoomed() {
    this.#frozen = null;
    this.#redraw();
  }

  // When the pointer has left, the axes take in what came meanwhile.
  #thaw() {
    this.#frozen = null;
    if (this.#isOutgrown) this.#redraw();
    this.#isOutgrown = false;
  }

  get #zoom() {
    return zoomOf(this.#session, this.axis);
  }

  get #isLogX() {
    return this.#options.xscale === "log";
  }

  get #faint() {
    return this.#options.members === "off" ? [] : this.#behind;
  }

  #data() {
    return [this.#rangeOfX(), [null, null]];
  }

  #rangeOfX() {
    const range = rangeOfX([...this.#lines, ...this.#faint], this.#zoom, this.#isLogX);
    if (!this.#zoom) this.#full = range;
    return this.#keep("x", range);
  }

  #rangeOfY() {
    const { y, clip } = this.#options;
    return this.#keep("y", boxOf(this.#session, this.#card.id) ?? rangeOfY([...this.#lines, ...edgesOf(this.#lines), ...this.#faint], { zoom: this.#zoom, isLog: y === "log", isClipped: clip === "middle", isDelta: this.#isDelta }));
  }

  get #isDelta() {
    return this.#lines.some(({ baseline }) => baseline);
  }

  #keep(axis, range) {
    const kept = this.#frozen?.[axis];
    if (!kept) return range;
    this.#isOutgrown ||= kept[0] !== range[0] || kept[1] !== range[1];
    return kept;
  }

  #make() {
    const { clientWidth: width, clientHeight: height } = this.#element;
    const axes = { x: () => this.#rangeOfX(), y: () => this.#rangeOfY(), isLogX: this.#isLogX, isLogY: this.#options.y === "log", isBare: () => this.#bare !== null, word: () => this.axis };
    const draw = (plot) => drawLines(plot, this.#lines, { faint: this.#faint, underlay: this.#underlay });
    this.#uplot = new uPlot(uplotOptions({ width, height, axes, draw }), this.#data(), this.#element);
    this.#overlay.attach(this.#uplot);
    this.#handles.attach(this.#uplot);
    this.#cursor.attach(this.#uplot);
    followPointer(this.#uplot.over, {
      move: (place) => this.#move(place),
      leave: () => this.#cursor.leave(),
      click: (place) => this.#cursor.click(place),
      drag: (kind, from, to) => this.#setDrag({ kind, from, to }),
      drop: (kind, from, to) => this.#drop(kind, from, to),
      cancel: () => this.#setDrag(null),
      zoom: (place, factor) => this.#zoomAt(place, factor),
      reset: () => resetZoom(this.#session),
    });
  }

  #move(place) {
    const { x, y } = this.#uplot.scales;
    if (!this.#zoom && this.#lines.some(hasPoints)) this.#frozen ??= { x: [x.min, x.max], y: [y.min, y.max] };
    this.#cursor.move(place);
  }

  #setDrag(drag) {
    this.#drag = drag;
    this.#changed();
  }

  #drop(kind, from, to) {
    this.#setDrag(null);
    const x = this.#span("x", from.left, to.left);
    if (kind === "zoom") zoomTo(this.#session, this.axis, x);
    else if (kind === "box") zoomToBox(this.#session, this.axis, x, { tag: this.#card.id, bounds: this.#span("y", from.top, to.top) });
    else selectSpan(this.#session, { axis: this.axis, bounds: x, tag: this.#card.id });
  }

  #span(scale, a, b) {
    return [a, b].map((pixel) => this.#uplot.posToVal(pixel, scale)).sort((one, other) => one - other);
  }

  // One end of the selected range is put at a position; without a range the other one is that of the plot.
  #setBound(end, x, { isContinuous = false } = {}) {
    const { min, max } = this.#uplot.scales.x;
    const span = spanOf(this.#session);
    const bounds = [...(span?.axis === this.axis ? span.bounds : [min, max])];
    bounds[end] = x;
    if (bounds[0] > bounds[1]) bounds[1 - end] = end === 0 ? max : min;
    selectSpan(this.#session, { axis: this.axis, bounds, tag: this.#card.id }, { isContinuous });
  }

  // One end goes from point to point of the longest line, but not past the other.
  #travelBound(end, stride) {
    const lines = this.#lines.filter(hasPoints);
    if (lines.length === 0) return;
    const { x } = lines.reduce((longest, line) => (line.values.length > longest.values.length ? line : longest)).x.current;
    const { bounds } = spanOf(this.#session);
    const at = nearestIndex(x, bounds[end]) + stride;
    const to = x[Math.max(0, Math.min(at, x.length - 1))];
    this.#setBound(end, end === 0 ? Math.min(to, bounds[1]) : Math.max(to, bounds[0]), { isContinuous: true });
  }

  #zoomAtValue(x, factor) {
    this.#zoomAt({ left: this.#uplot.valToPos(x, "x") }, factor);
  }

  #zoomAt({ left }, factor) {
    const toValue = (pixel) => this.#uplot.posToVal(pixel, "x");
    const full = this.#full ?? knownEnds(this.#lines);
    const bounds = zoomAt(left, factor, this.#uplot.over.clientWidth, { toValue, full });
    if (bounds) zoomTo(this.#session, this.axis, bounds, { isContinuous: true });
    else if (this.#zoom) this.#session.view.set({ range: null }, { label: "zoom", isContinuous: true });
  }

  // The selected range as far as it is of this axis; its table stands where it was drawn.
  #followSpan() {
    const span = spanOf(this.#session);
    const isHere = span?.axis === this.axis;
    if (isHere && span.tag === this.#card.id) rangePanel.show(this, { session: this.#session, anchor: this.#element, span, card: this.#card });
    else rangePanel.hide(this);
    return isHere ? span.bounds : null;
  }

  // What is drawn of a range right now, else the one that was drawn here.
  #handledSpan() {
    if (this.#drag?.kind === "range") return [{ axis: this.axis, bounds: this.#span("x", this.#drag.from.left, this.#drag.to.left) }, { isDrawn: true }];
    const span = spanOf(this.#session);
    return [span?.axis === this.axis && span.tag === this.#card.id ? span : null];
  }

  // Draws in the next frame, once, however many events there were.
  #changed() {
    if (!this.#isInView) return;
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#drawOverlay();
    });
  }

  #drawOverlay() {
    if (!this.#uplot) return;
    this.#cursor.follow();
    this.#lane.draw(this.#uplot, { lines: [...this.#lines, ...this.#behind], tag: this.#card.tags[0], axis: this.axis });
    const span = this.#followSpan();
    this.#handles.draw(...this.#handledSpan());
    this.#overlay.draw({ lines: this.#lines, ...this.#cursor.sight, drag: this.#drag, span });
  }
}
