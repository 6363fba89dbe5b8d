// What the list shows of runs beside their names: which hyperparameters there are, which metrics, and their values.

import { Emitter } from "../emitter.js";
import { whileConnected } from "../http.js";
import { session } from "../session.js";
import { useEffect, useReducer } from "../react.js";

const GATHER_MS = 1_000;
const MAX_SHARE = 5; // an answer that took long is asked for again after this many times as long
const PREFERRED = [/^(val|valid|validation|eval|test)\w*[/_.].*loss/i, /loss/i, /^(val|valid|validation|eval|test)/i];
const NO_VALUES = { numbers: [] };

class RunFacts extends Emitter {
  #wanted = [];
  #rows = new Map(); // name of a run → its place in the columns
  #columns = new Map(); // name of a column → {numbers} or {values, codes}
  #isAsking = false;
  #needs = { columns: true, values: true };
  #timer = null;
  #usual = null;

  constructor() {
    super();
    this.version = 0;
    this.isKnown = false;
    this.hparams = []; // {name, num_values, is_constant, …}, those first that tell the runs apart best
    this.environment = []; // the same of what the runs ran on, packages among it, where they differ in that
    this.metrics = []; // {name, measures, num_runs}
    session.on("runs", () => this.#follow({ columns: true, values: true }));
    session.on("news", ({ isNewTag }) => this.#follow({ columns: isNewTag, values: true }));
    if (session.isLoaded) this.#follow({ columns: true, values: true });
  }

  // The hyperparameters of which the runs have several values.
  get differing() {
    return this.hparams.filter((one) => one.num_values > 1);
  }

  // What is shown where nobody chose: the loss on data that are not trained on, if there is one.
  get usualMetric() {
    if (!this.metrics.some((one) => one.name === this.#usual?.name)) this.#usual = this.#choose();
    const { name, measures } = this.#usual ?? {};
    return name === undefined ? "" : `${name}.${measures.includes("best") ? "best" : "last"}`;
  }

  // Once for all: metrics that come later change nothing that is there.
  #choose() {
    const most = Math.max(0, ...this.metrics.map((one) => one.num_runs));
    const common = this.metrics.filter((one) => one.num_runs * 2 >= most && !/^system\//.test(one.name));
    const directed = common.filter((one) => one.measures.includes("best"));
    const among = directed.length > 0 ? directed : common;
    return PREFERRED.map((pattern) => among.find((one) => pattern.test(one.name))).find(Boolean) ?? among[0] ?? null;
  }

  // Has values of these columns, by their names in a query, kept up to date.
  want(names) {
    if (names.length === this.#wanted.length && names.every((name, i) => name === this.#wanted[i])) return;
    this.#wanted = names;
    this.#needs.values = true;
    this.#ask();
  }

  // → number, text, boolean or list; null for none
  valueOf(run, column) {
    const { numbers, values, codes } = this.#columns.get(column) ?? NO_VALUES;
    const row = this.#rows.get(run);
    if (row === undefined) return null;
    if (numbers) return toNumber(numbers[row]);
    return codes[row] < 0 ? null : toNumber(values[codes[row]]);
  }

  // All values of a column that some run has.
  valuesOf(column) {
    const { numbers, values } = this.#columns.get(column) ?? NO_VALUES;
    return (values ?? [...new Set(numbers)]).filter((value) => value !== null && value !== undefined).map(toNumber);
  }

  #follow({ columns, values }) {
    this.#needs = { columns: this.#needs.columns || columns, values: this.#needs.values || values };
    if (this.#timer === null) this.#ask();
  }

  async #ask() {
    if (this.#isAsking || !session.isLoaded) return;
    this.#isAsking = true;
    const began = performance.now();
    let answeredMs = 0;
    try {
      if (this.#needs.columns) await this.#askColumns();
      while (this.#needs.values) await this.#askValues();
      answeredMs = performance.now() - began;
    } catch {
      this.#needs = { columns: true, values: true }; // the server did not answer
    }
    this.#isAsking = false;
    this.#rest(Math.max(GATHER_MS, MAX_SHARE * answeredMs));
  }

  #rest(milliseconds) {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      if (this.#needs.columns || this.#needs.values) this.#ask();
    }, milliseconds);
  }

  async #askColumns() {
    this.#needs.columns = false;
    const { columns } = await session.getJSON("data/runs/columns", { limit: 0 }, whileConnected());
    this.hparams = columns.filter((one) => one.source === "hparams");
    this.environment = columns.filter((one) => one.source === "env" && one.num_values > 1);
    this.metrics = columns.filter((one) => one.source === "metrics");
    this.isKnown = true;
    this.#tell();
  }

  async #askValues() {
    this.#needs.values = false;
    const wanted = this.#wanted;
    const { runs, columns } = wanted.length > 0 ? await this.#askTable(wanted) : { runs: [], columns: [] };
    this.#rows = new Map(runs.map((name, i) => [name, i]));
    this.#columns = new Map(columns.map((column) => [column.name, column]));
    this.#tell();
  }

  // A link may name what these runs don't have, and a logdir may come back as another; the rest is shown nonetheless.
  async #askTable(wanted) {
    const known = new Set([...[...this.hparams, ...this.environment].map((one) => one.name), ...this.metrics.flatMap(({ name, measures }) => measures.map((one) => `${name}.${one}`))]);
    const columns = wanted.filter((name) => known.has(name));
    return columns.length > 0 ? session.postJSON("data/runs/table", { columns }, whileConnected()) : { runs: [], columns: [] };
  }

  #tell() {
    this.version += 1;
    this.emit("change");
  }
}

// JSON has no words for these; a text of them is rare.
function toNumber(value) {
  if (value === "NaN") return NaN;
  if (value === "+Inf") return Infinity;
  return value === "-Inf" ? -Infinity : (value ?? null);
}

export const facts = new RunFacts();

// Draws the component again whenever facts came.
export function useFacts() {
  const [, redraw] = useReducer((count) => count + 1, 0);
  useEffect(() => {
    redraw();
    return facts.on("change", redraw);
  }, []);
  return facts.version;
}
