// Which runs the query finds. The server is asked as fast as it answers, always for the newest text; until an answer
// is there, and while the text is no query, what was found last stays.

import { Emitter } from "../emitter.js";
import { whileConnected } from "../http.js";
import { session } from "../session.js";

const AGAIN_MS = 2_000; // while runs write, what a query finds changes

class Found extends Emitter {
  #wanted = "";
  #isAsking = false;
  #isStale = false;
  #timer = null;
  #askedAt = -Infinity;

  constructor() {
    super();
    this.text = ""; // the query of `names`
    this.names = null; // a Set; null for all runs
    this.isKnown = true; // whether there was an answer
    this.problem = null; // {text: of which query, detail, column, length, suggestion}
    session.on("view", (keys) => keys.has("runs") && this.#want(session.view.get("runs")));
    for (const event of ["news", "runs"]) session.on(event, () => this.#askAgain());
    this.#want(session.view.get("runs"));
  }

  #want(text) {
    this.#wanted = text.trim();
    this.#isStale = true;
    if (this.#wanted === "") return this.#take({ names: null, problem: null });
    if (this.text === "" && this.names === null && !session.isLoaded) this.isKnown = false;
    return this.#ask();
  }

  // Not at once: fifty runs that write would have the server search for nothing else.
  #askAgain() {
    if (this.#wanted === "" || this.#timer !== null) return;
    const wait = Math.max(0, this.#askedAt + AGAIN_MS - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#isStale = true;
      this.#ask();
    }, wait);
  }

  async #ask() {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      while (this.#isStale && this.#wanted !== "") {
        this.#isStale = false;
        this.#askedAt = performance.now();
        await this.#askFor(this.#wanted);
      }
    } finally {
      this.#isAsking = false;
    }
  }

  async #askFor(text) {
    const query = { query: text, utc_offset_secs: -60 * new Date().getTimezoneOffset() };
    try {
      const { runs } = await session.postJSON("data/runs/query", query, whileConnected());
      if (text === this.#wanted) this.#take({ names: new Set(runs), problem: null });
    } catch (error) {
      if (error.status !== 422) this.#askAgain(); // the server did not answer
      else if (text === this.#wanted) this.#refuse(text, error.body);
    }
  }

  #take({ names, problem }) {
    this.text = this.#wanted;
    this.names = names;
    this.isKnown = true;
    this.problem = problem;
    this.emit("change");
  }

  #refuse(text, { detail, column = 0, length = 0, suggestion = "" }) {
    this.isKnown = true;
    this.problem = { text, detail: typeof detail === "string" ? detail : "This query is too long.", column, length, suggestion };
    this.emit("change");
  }
}

export const found = new Found();
