// The tab's copy of data/sidecar, what people added to runs. An edit is seen at once and then sent; one that is refused
// is taken back, and said.

import { Emitter } from "./emitter.js";
import { whileConnected } from "./http.js";
import { applyEdits, readState, valueAt } from "./sidecar_state.js";

const NOTHING = Object.freeze({});

// Events: "change" when the state is another, "refused" {label, error} when an edit was not kept.
export class Sidecar extends Emitter {
  #session; // asks the server, and has the view whose undo takes edits back
  #server = null;
  #version = -1;
  #told = readState({}); // the newest answer
  #pending = []; // {edits, version: the first that has them; null while they are under way}, the oldest first
  #queue = Promise.resolve(); // one request after the other: an undo has to know what it takes back
  #refreshing = null;
  #first = null;

  constructor(session) {
    super();
    this.#session = session;
    this.state = this.#told;
    this.isReadOnly = false;
    this.remarks = []; // a sentence each
  }

  // Resolves when the first answer is there, or did not come: runs are shown without what people added to them then.
  whenKnown() {
    this.#first ??= this.#refresh();
    return this.#first;
  }

  // What was added to a run, as data/sidecar has it: {name, notes, tags, color, is_pinned, is_hidden, is_archived},
  // without what is not set.
  notesOf(run) {
    return this.state.runs.get(run) ?? NOTHING;
  }

  // Grows with each answer that tells something else.
  get version() {
    return this.#version;
  }

  get baseline() {
    return this.state.baseline;
  }

  // Makes edits [{path, value}], which together are one step of undo. → the step, whose `kept` tells later whether the
  // server took it; null if all is so already, or nothing can be changed.
  edit(edits, { label }) {
    const wanted = edits.map(({ path, value }) => ({ path, value: value || null }));
    const changes = wanted.filter(({ path, value }) => JSON.stringify(valueAt(this.state, path)) !== JSON.stringify(value));
    if (changes.length === 0 || this.isReadOnly) return null;
    const before = changes.map(({ path }) => ({ path, value: valueAt(this.state, path) }));
    const { view } = this.#session;
    const step = { label, ids: null };
    step.undo = () => this.#takeBack(step, before);
    step.redo = () => this.#takeBack(step, changes);
    step.kept = this.#send(step, changes, () => this.#session.postJSON("data/sidecar/edits", { edits: changes }));
    step.kept.then((isKept) => isKept || view.forget(step));
    view.record(step);
    return step;
  }

  // Undo and redo are one: what the last answer named is taken back. What others did to the same meanwhile stays.
  async #takeBack(step, edits) {
    const isDone = await this.#send(step, edits, () => step.ids && this.#session.postJSON("data/sidecar/undo", { undo: step.ids }));
    if (!isDone && step.ids) this.#session.view.turn(step);
  }

  async #send(step, edits, post) {
    const pending = { edits, version: null };
    this.#pending.push(pending);
    this.#follow();
    const turn = this.#queue.then(async () => {
      const answer = await post();
      if (answer) step.ids = answer.undo;
      pending.version = answer?.server === this.#server ? answer.version : 0;
    });
    this.#queue = turn.catch(() => {});
    try {
      await turn;
      this.#settle();
      return true;
    } catch (error) {
      this.#pending = this.#pending.filter((one) => one !== pending);
      this.#follow();
      this.emit("refused", { label: step.label, error });
      return false;
    }
  }

  // Live news came: {server, sidecar: version}.
  hear({ server, sidecar }) {
    if (this.#server !== null && (server !== this.#server || sidecar > this.#version)) this.refresh();
  }

  refresh() {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  // What fails is asked for again at the next news.
  async #refresh() {
    try {
      this.#take(await this.#session.getJSON("data/sidecar", {}, whileConnected()));
    } catch (error) {
      this.#server ??= ""; // so that the news ask again
      this.#session.emit("error", error);
    }
  }

  #take({ server, version, is_read_only: isReadOnly, remarks, ...state }) {
    if (server !== this.#server) this.#pending = this.#pending.filter((one) => one.version === null);
    this.#server = server;
    this.#version = version;
    this.#told = readState(state);
    this.isReadOnly = isReadOnly;
    this.remarks = remarks;
    this.#settle();
    this.#follow();
  }

  // What the answer has needs not be put over it.
  #settle() {
    this.#pending = this.#pending.filter(({ version }) => version === null || version > this.#version);
  }

  #follow() {
    this.state = this.#pending.reduce((state, { edits }) => applyEdits(state, edits), this.#told);
    this.emit("change");
  }
}
