// Drawings as they are asked for, and before that: what a press would open while the pointer rests on it, or while it is
// selected. One early request at a time; it makes way for what is asked for, and ends when the pointer leaves.

export const DWELL_MS = 40; // that something is pointed at before it counts as what is pressed next
const MAX_KEPT = 6;

export class Ahead {
  #load;
  #kept = new Map(); // request → answer that nobody asked for yet, the oldest first
  #early = null; // {request, aborting, answer: a promise} of one that is on its way
  #asking = null; // what ends the request that somebody waits for
  #expected = "";
  #timer = null;

  // load(request, signal) → promise of {text, drawing}
  constructor(load) {
    this.#load = load;
  }

  // What is probably asked for next; "" for nothing.
  expect = (request) => {
    if (request === this.#expected) return;
    this.#expected = request;
    if (this.#early?.request !== request) this.#stop();
    this.#wait();
  };

  // The answer of a request, if it is there; it stays until somebody asks.
  peek(request) {
    return this.#kept.get(request);
  }

  // Calls show(answer), at once where the answer is there, or fail(error). -> what ends the request
  ask(request, show, fail) {
    const kept = this.#kept.get(request);
    const early = this.#early?.request === request ? this.#early : null;
    if (early) this.#early = null; // somebody waits for it: the pointer may leave
    this.forget();
    if (kept) {
      show(kept);
      return undefined;
    }
    const aborting = early?.aborting ?? new AbortController();
    const load = () => this.#load(request, aborting.signal);
    const then = (tell) => (told) => {
      if (aborting.signal.aborted) return;
      this.#asking = null;
      this.#wait();
      tell(told);
    };
    this.#asking = aborting;
    (early ? early.answer.catch(load) : load()).then(then(show), then(fail));
    return () => {
      aborting.abort();
      if (this.#asking === aborting) this.#asking = null;
    };
  }

  // What was asked for early is old: the page shows something else, or the run wrote.
  forget() {
    clearTimeout(this.#timer);
    this.#stop();
    this.#kept.clear();
  }

  #stop() {
    this.#early?.aborting.abort();
    this.#early = null;
  }

  #wait() {
    clearTimeout(this.#timer);
    if (this.#expected) this.#timer = setTimeout(() => this.#askEarly(this.#expected), DWELL_MS);
  }

  #askEarly(request) {
    if (this.#asking || this.#early || this.#kept.has(request)) return;
    const aborting = new AbortController();
    const early = { request, aborting, answer: this.#load(request, aborting.signal) };
    this.#early = early;
    early.answer.then(
      (answer) => this.#early === early && this.#keep(request, answer),
      () => this.#early === early && this.#stop(), // the press asks itself then, and says so
    );
  }

  // A drawing that took the server too long is made again when it is asked for.
  #keep(request, answer) {
    this.#early = null;
    if (answer.drawing.is_coarse) return;
    this.#kept.set(request, answer);
    if (this.#kept.size > MAX_KEPT) this.#kept.delete(this.#kept.keys().next().value);
  }
}
