// The logged buckets of one card's steps, fetched when the pointer first needs them.

import { decodeBuckets } from "./decode.js";

export class BucketCache {
  #session;
  #tag;
  #onArrival;
  #run = null;
  #histograms = new Map(); // step → buckets, or null while they are on their way
  #abort = new AbortController();

  constructor(session, tag, onArrival) {
    this.#session = session;
    this.#tag = tag;
    this.#onArrival = onArrival;
  }

  setRun(run) {
    if (run !== this.#run) this.clear();
    this.#run = run;
  }

  clear() {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#histograms.clear();
  }

  // The buckets at a step; null if they are not here yet, which asks for them.
  at(step) {
    if (!this.#histograms.has(step)) this.want([step]);
    return this.#histograms.get(step) ?? null;
  }

  // Asks for the buckets of all steps that are not here yet, in one request.
  async want(steps) {
    const missing = [...steps].filter((step) => !this.#histograms.has(step));
    if (missing.length === 0 || this.#run === null) return;
    for (const step of missing) this.#histograms.set(step, null);
    const { signal } = this.#abort;
    try {
      const params = { run: this.#run, tag: this.#tag, step: missing };
      const arrived = decodeBuckets(await this.#session.getBuffer("data/histograms/buckets", params, signal));
      for (const [step, histogram] of arrived) this.#histograms.set(step, histogram);
      this.#onArrival();
    } catch (error) {
      if (signal.aborted) return;
      for (const step of missing) this.#histograms.delete(step); // asked for again at the next move
      if (error.status !== 404) this.#session.emit("error", error);
    }
  }
}
