// The selected range on the plot on which it was drawn: what it spans, and at each end a handle, which the pointer drags and
// arrow keys move.

import { element } from "./dock.js";
import { sayBounds, saySpan } from "./range_rows.js";

const ENDS = ["Start", "End"];
const STRIDES = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
const BIG_STEP = 10;
const LABEL_AIR_PX = 4;

export class SpanHandles {
  #label = element("span", "plot-span-label");
  #handles = ENDS.map((word, end) => this.#makeHandle(word, end));
  #act;
  #plot = null;
  #bounds = null;

  // act: {move(end, x): puts an end at a position; travel(end, stride): puts it so many points further}. An end is 0 or 1.
  constructor(act) {
    this.#act = act;
    this.draw(null);
  }

  attach(plot) {
    this.#plot = plot;
    plot.over.append(this.#label, ...this.#handles);
  }

  // span: {axis, bounds}, or null; while it is drawn it has no handles.
  draw(span, { isDrawn = false } = {}) {
    this.#bounds = span?.bounds;
    this.#label.hidden = !span;
    for (const handle of this.#handles) handle.hidden = !span || isDrawn;
    if (!span) return;
    const { bbox, scales } = this.#plot;
    const width = bbox.width / devicePixelRatio;
    const [left, right] = span.bounds.map((bound) => this.#plot.valToPos(bound, "x"));
    this.#handles.forEach((handle, end) => this.#place(handle, [left, right][end], { end, span, width, range: scales.x }));
    this.#label.hidden = right < 0 || left > width;
    this.#label.textContent = saySpan(span);
    const half = this.#label.offsetWidth / 2 + LABEL_AIR_PX;
    const middle = (Math.max(0, left) + Math.min(width, right)) / 2;
    this.#label.style.left = `${Math.max(half, Math.min(middle, width - half))}px`;
  }

  #place(handle, left, { end, span: { axis, bounds }, width, range }) {
    handle.hidden ||= !(left >= 0 && left <= width);
    handle.style.left = `${left}px`;
    const [low, high] = end === 0 ? [Math.min(range.min, bounds[0]), bounds[1]] : [bounds[0], Math.max(range.max, bounds[1])];
    Object.assign(handle, { ariaValueMin: low, ariaValueMax: high, ariaValueNow: bounds[end], ariaValueText: sayBounds({ axis, bounds: [bounds[end]] }) });
  }

  #makeHandle(word, end) {
    const handle = element("span", "plot-span-handle");
    Object.assign(handle, { tabIndex: 0, role: "slider", ariaLabel: `${word} of the range`, title: `${word} of the range: drag it, or move it by ← and →` });
    handle.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      if (event.button === 0) handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      event.stopPropagation();
      this.#moveTo(end, this.#plot.posToVal(event.clientX - this.#plot.over.getBoundingClientRect().left, "x"));
    });
    handle.addEventListener("keydown", (event) => {
      const stride = STRIDES[event.key];
      if (!stride) return;
      event.preventDefault();
      event.stopPropagation();
      this.#act.travel(end, stride * (event.shiftKey ? BIG_STEP : 1));
    });
    return handle;
  }

  // Not beyond what is in sight, and not past the other end.
  #moveTo(end, x) {
    const { min, max } = this.#plot.scales.x;
    const [low, high] = end === 0 ? [min, this.#bounds[1]] : [this.#bounds[0], max];
    this.#act.move(end, Math.max(low, Math.min(x, high)));
  }
}
