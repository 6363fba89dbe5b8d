// The step that all charts point at, on every page: the one under the pointer, else the one that someone holds. The held
// one is a key of the view, so that it stands in the link; Esc lets go of it.

import { addEscape } from "./keys.js";

const KEY = "step";

export class StepCursor {
  #view;
  #changed;
  #hovered = null;
  #offEscape = null; // while a step is held

  // changed(): called after the step became another.
  constructor(view, changed) {
    this.#view = view;
    this.#changed = changed;
    this.#listen();
  }

  // null without a cursor
  get step() {
    return this.#hovered ?? this.held;
  }

  get held() {
    return this.#view.get(KEY);
  }

  // The pointer is at a step; null: it is on no chart.
  hover(step) {
    const before = this.step;
    this.#hovered = step;
    if (this.step !== before) this.#changed();
  }

  // Holds a step, or with null lets go of it.
  hold(step) {
    const before = this.step;
    this.#hovered = null;
    if (step !== this.held) this.#view.set({ [KEY]: step }, { isUndoable: false });
    else if (this.step !== before) this.#changed();
  }

  // The view holds another step.
  follow() {
    this.#listen();
    this.#changed();
  }

  #listen() {
    const isHeld = this.held !== null;
    if (isHeld) this.#offEscape ??= addEscape(() => this.hold(null));
    else this.#offEscape = this.#offEscape?.();
  }
}
