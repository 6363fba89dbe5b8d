// An answer that follows what it depends on: one request at a time, and what is wanted meanwhile is asked for after it.

const RETRY_MS = 2_000;

export class Latest {
  #ask;
  #take;
  #gatherMs;
  #wanted = null;
  #asked = null; // what the last answer is for
  #timer = null;
  #isRunning = false;

  // ask(wanted) → promise of an answer, which take(answer, wanted) gets, even if it is not the last word any more. A
  // failure is asked again, unless `ask` turns it into an answer. gatherMs: changes that follow each other within this time are asked for together.
  constructor({ ask, take, gatherMs }) {
    this.#ask = ask;
    this.#take = take;
    this.#gatherMs = gatherMs;
  }

  // wanted: {key, …}; what has the same key has the same answer. null asks for nothing.
  want(wanted) {
    this.#wanted = wanted;
    if (wanted && wanted.key !== this.#asked) this.#schedule(this.#gatherMs);
  }

  #schedule(milliseconds) {
    if (this.#timer !== null || this.#isRunning) return;
    this.#timer = setTimeout(() => this.#run(), milliseconds);
  }

  async #run() {
    this.#timer = null;
    const wanted = this.#wanted;
    if (!wanted || wanted.key === this.#asked) return;
    this.#isRunning = true;
    let wait = this.#gatherMs;
    try {
      const answer = await this.#ask(wanted);
      this.#asked = wanted.key;
      this.#take(answer, wanted);
    } catch {
      wait = RETRY_MS; // that the server does not answer is said elsewhere
    }
    this.#isRunning = false;
    if (this.#wanted && this.#wanted.key !== this.#asked) this.#schedule(wait);
  }
}
