// Steps that can be undone and redone: {label, before, after}, the last two Maps of the same keys. One that is not
// continuous may be anything with a label.

const MAX_STEPS = 100;
const GESTURE_MS = 1_000; // changes of one key that follow each other faster are one gesture

export class UndoStack {
  #done = [];
  #undone = [];
  #isOpen = false; // whether the last step may still grow
  #changed = 0; // when it last did

  get undoLabel() {
    return this.#done.at(-1)?.label ?? null;
  }

  get redoLabel() {
    return this.#undone.at(-1)?.label ?? null;
  }

  // A continuous step (a drag, a word being typed) joins the one before it, if that is of the same gesture.
  push(step, { isContinuous, now }) {
    this.#undone = [];
    const last = this.#done.at(-1);
    const isSame = this.#isOpen && isContinuous && now - this.#changed < GESTURE_MS && haveSameKeys(last.after, step.after);
    if (isSame) this.#done[this.#done.length - 1] = { ...last, after: step.after };
    else this.#done = [...this.#done, step].slice(-MAX_STEPS);
    this.#isOpen = isContinuous;
    this.#changed = now;
  }

  // → the step to take back, or null
  undo() {
    return this.#move(this.#done, this.#undone);
  }

  // → the step to take again, or null
  redo() {
    return this.#move(this.#undone, this.#done);
  }

  // Moves a step to the other side, out of its turn. → whether it can be redone now; null if it is not there
  turn(step) {
    for (const [from, to] of [[this.#done, this.#undone], [this.#undone, this.#done]]) {
      const place = from.indexOf(step);
      if (place < 0) continue;
      this.#isOpen = false;
      from.splice(place, 1);
      to.push(step);
      return to === this.#undone;
    }
    return null;
  }

  forget(step) {
    for (const steps of [this.#done, this.#undone]) if (steps.includes(step)) steps.splice(steps.indexOf(step), 1);
  }

  #move(from, to) {
    this.#isOpen = false;
    const step = from.pop() ?? null;
    if (step) to.push(step);
    return step;
  }
}

function haveSameKeys(a, b) {
  return a.size === b.size && [...a.keys()].every((key) => b.has(key));
}
