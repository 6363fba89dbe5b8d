// Two canvases over a plot: on one the line that is lifted, drawn anew when it is another; on the other what follows the
// pointer. The lines below are not drawn again. Plots that the pointer is not on lift theirs after the frame.

import { drawLater, forgetDrawing } from "../grid/schedule.js";
import { MAX_BY_RUN } from "../runs/colors.js";
import { drawLifted, drawPoint } from "./draw_lines.js";
import { themeColor } from "./theme.js";

const BLEED_PX = 8; // it reaches over the plot's edge, so that a dot there is whole
const ELSEWHERE = 0.4; // the cursor on the cards that the pointer is not on
const VEIL = { few: 0.3, many: 0.6 }; // what the other lines fade by

export class Overlay {
  #canvas = document.createElement("canvas");
  #lifted = document.createElement("canvas");
  #drawn = {}; // what the lifted line was drawn from
  #flag = document.createElement("span");
  #isClean = true;

  constructor() {
    for (const canvas of [this.#canvas, this.#lifted]) canvas.className = "plot-overlay";
    this.#flag.className = "plot-flag";
    this.#flag.hidden = true;
  }

  attach(plot) {
    this.plot = plot;
    plot.over.append(this.#lifted, this.#canvas, this.#flag);
  }

  // focused: the line to lift, or null; place: {line, index} of the cursor, or null; isHere: whether it is moved on this
  // plot; label: what stands at it on the x-axis then; drag: {kind, from, to}, or null;
  // span: [from, to] of a selected range, or null.
  draw({ lines, focused, place, isHere, label, drag, span }) {
    const isEmpty = !focused && !place && !drag && !span;
    this.#flag.hidden = !place || !isHere;
    if (isEmpty && this.#isClean) return;
    this.#isClean = isEmpty;
    const { bbox } = this.plot; // not what the page says, which it would be laid out for
    const [width, height] = [bbox.width, bbox.height].map((length) => Math.round(length / devicePixelRatio));
    this.#lift({ focused, numLines: lines.length, width, height }, isHere);
    const context = fit(this.#canvas, width, height);
    if (span) this.#drawSpan(context, span, width, height);
    if (place) this.#drawCursor(context, place, height, isHere);
    if (place && isHere) this.#putFlag(label, place, width, height);
    if (focused && place?.line === focused) drawPoint(context, this.plot, place);
    if (drag?.kind === "range") drawSpan(context, ...[drag.from.left, drag.to.left].sort((a, b) => a - b), height);
    else if (drag) drawDrag(context, drag, height);
  }

  // Nothing of it is drawn any more.
  detach() {
    forgetDrawing(this.#lifted);
  }

  #lift({ focused, numLines, width, height }, isHere) {
    const { x, y } = this.plot.scales;
    const drawn = { focused, numLines, width, height, ratio: devicePixelRatio, theme: themeColor("--surface"), axes: [x.min, x.max, y.min, y.max].join() };
    if (Object.keys(drawn).every((name) => drawn[name] === this.#drawn[name])) return;
    this.#drawn = drawn;
    if (isHere || !focused) {
      forgetDrawing(this.#lifted);
      this.#drawLifted(drawn);
    } else drawLater(this.#lifted, () => this.#drawLifted(drawn));
  }

  #drawLifted({ focused, numLines, width, height }) {
    const context = fit(this.#lifted, width, height);
    if (focused && numLines > 1) veil(context, width, height, numLines > MAX_BY_RUN ? VEIL.many : VEIL.few);
    if (focused) drawLifted(context, this.plot, focused, BLEED_PX * devicePixelRatio);
  }

  // Under the cursor, but not beyond the plot's ends.
  #putFlag(label, { line, index }, width, height) {
    this.#flag.textContent = label;
    const half = this.#flag.offsetWidth / 2;
    const x = Math.max(half - BLEED_PX, Math.min(this.plot.valToPos(line.x.points[index], "x"), width + BLEED_PX - half));
    this.#flag.style.transform = `translate(${Math.round(x - half)}px, ${height + 4}px)`;
  }

  #drawSpan(context, span, width, height) {
    const [left, right] = span.map((bound) => Math.max(-1, Math.min(this.plot.valToPos(bound, "x"), width + 1)));
    drawSpan(context, left, right, height);
  }

  #drawCursor(context, { line, index }, height, isHere) {
    const x = Math.round(this.plot.valToPos(line.x.points[index], "x")) + 0.5;
    context.globalAlpha = isHere ? 1 : ELSEWHERE;
    context.strokeStyle = themeColor("--accent");
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, height);
    context.stroke();
    context.globalAlpha = 1;
  }
}

// Gives a canvas its size, and a context that draws in CSS pixels from the plot's corner.
function fit(canvas, innerWidth, innerHeight) {
  const ratio = devicePixelRatio;
  const [width, height] = [innerWidth + 2 * BLEED_PX, innerHeight + 2 * BLEED_PX];
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, BLEED_PX * ratio, BLEED_PX * ratio);
  context.clearRect(-BLEED_PX, -BLEED_PX, width, height);
  return context;
}

function veil(context, width, height, alpha) {
  context.globalAlpha = alpha;
  context.fillStyle = themeColor("--surface");
  context.fillRect(0, 0, width, height);
  context.globalAlpha = 1;
}

function drawDrag(context, { kind, from, to }, height) {
  const left = Math.min(from.left, to.left);
  const width = Math.abs(to.left - from.left);
  const [top, tall] = kind === "box" ? [Math.min(from.top, to.top), Math.abs(to.top - from.top)] : [0, height];
  context.fillStyle = themeColor("--selected");
  context.fillRect(left, top, width, tall);
  context.strokeStyle = themeColor("--accent");
  context.lineWidth = 1;
  context.strokeRect(Math.round(left) + 0.5, Math.round(top) + 0.5, Math.round(width), Math.round(tall) - 1);
}

// A range of x: its ends are lines, which handles stand on.
function drawSpan(context, left, right, height) {
  context.fillStyle = themeColor("--selected");
  context.fillRect(left, 0, right - left, height);
  context.strokeStyle = themeColor("--accent");
  context.lineWidth = 1.5;
  context.beginPath();
  for (const x of [left, right]) {
    context.moveTo(x, 0);
    context.lineTo(x, height);
  }
  context.stroke();
}
