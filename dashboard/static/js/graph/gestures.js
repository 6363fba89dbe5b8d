// Pointer and wheel on the canvas: drag pans, wheel scrolls, Ctrl or ⌘ with the wheel and pinch zoom, click selects.

const CLICK_PX = 4;

export class Gestures {
  // does: {pan(dx, dy), zoom(factor, x, y), select(target, event), toggle(target), pick(target), hover(target, event)}
  constructor(element, does) {
    this.element = element;
    this.does = does;
    this.pointers = new Map();
    this.moved = 0;
    this.pressed = null; // where the pointer went down last
    this.listeners = new AbortController();
    const on = (name, listener, options) => element.addEventListener(name, listener, { signal: this.listeners.signal, ...options });
    on("wheel", (event) => this.#wheel(event), { passive: false });
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", (event) => this.#up(event));
    on("pointercancel", (event) => this.#up(event));
    on("pointerleave", (event) => does.hover(null, event));
    on("click", (event) => this.moved <= CLICK_PX && this.#click(event));
    on("dblclick", (event) => this.#target(event).closest(".graph-cell") || does.toggle(this.#target(event)));
  }

  destroy() {
    this.listeners.abort();
  }

  #place(event) {
    const frame = this.element.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  }

  #wheel(event) {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? this.element.clientHeight : 1;
    this.does.hover(null, event);
    if (event.ctrlKey || event.metaKey) {
      this.does.zoom(Math.exp((-event.deltaY * unit) / 400), ...this.#place(event));
    } else if (event.shiftKey && !event.deltaX) {
      this.does.pan(-event.deltaY * unit, 0);
    } else {
      this.does.pan(-event.deltaX * unit, -event.deltaY * unit);
    }
  }

  #down(event) {
    if (event.button !== 0) return;
    this.pressed = event.target;
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.pointers.size === 1) this.moved = 0;
  }

  #move(event) {
    const last = this.pointers.get(event.pointerId);
    if (!last) {
      this.does.hover(event.target, event);
      return;
    }
    const now = [event.clientX, event.clientY];
    if (this.pointers.size === 2) this.#pinch(event.pointerId, last, now);
    else this.#drag(event, last, now);
    this.pointers.set(event.pointerId, now);
  }

  // The pointer is captured once it moves: captured at once, a click would lose its target.
  #drag(event, last, now) {
    this.moved += Math.hypot(now[0] - last[0], now[1] - last[1]);
    if (this.moved <= CLICK_PX) return;
    if (!this.element.hasPointerCapture(event.pointerId)) {
      this.element.setPointerCapture(event.pointerId);
      this.element.classList.add("is-dragged");
      this.does.hover(null, event);
    }
    this.does.pan(now[0] - last[0], now[1] - last[1]);
  }

  #pinch(id, last, now) {
    const [other] = [...this.pointers].filter(([key]) => key !== id).map(([, place]) => place);
    const frame = this.element.getBoundingClientRect();
    const distance = (place) => Math.max(1, Math.hypot(place[0] - other[0], place[1] - other[1]));
    this.moved = Infinity;
    this.does.zoom(distance(now) / distance(last), (now[0] + other[0]) / 2 - frame.left, (now[1] + other[1]) / 2 - frame.top);
    this.does.pan((now[0] - last[0]) / 2, (now[1] - last[1]) / 2);
  }

  #up(event) {
    this.pointers.delete(event.pointerId);
    this.element.classList.remove("is-dragged");
  }

  #click(event) {
    const target = this.#target(event);
    if (target.closest(".graph-fold, .graph-fold-minus")) this.does.toggle(target);
    else if (target.closest(".graph-cell")) this.does.pick(target);
    else this.does.select(target, event);
  }

  // Boxes may be painted anew while one is pressed, as when the fonts are there: the click is still meant for that one.
  #target(event) {
    return this.pressed?.isConnected === false ? this.pressed : event.target;
  }
}
