// What a tab shows, apart from preferences: every value that a link of the view carries. A key is `name` for the whole
// frame or `page.name` for one page; the URL holds the frame's and those of the page in sight. Defaults leave no trace.
//
// Pages are entries of the browser's history, changes within a page are not: those have undo and redo. Beside the URL
// each entry keeps all values, so that a reload loses neither the other pages nor what does not fit a link.

import { UndoStack } from "./undo_stack.js";
import { readQuery, writeQuery } from "./view_url.js";

const WRITE_MS = 400; // browsers refuse more than 100 changes of the URL in 30 s
const MAX_ADDRESS = 30_000; // what the sidecar keeps
const FIRST_PAGE = "scalars";

export class ViewState {
  #codecs = new Map();
  #values = new Map(); // of keys that are not at their default
  #texts = new Map(); // how these stand in the URL
  #came = new Map(); // key → texts, as the URL or the entry brought them
  #steps = new UndoStack();
  #root;
  #emit;
  #timer = null;
  #written = -Infinity;

  // root: path of the board; keys: {page: {name: codec}}; emit(keys): called after keys changed.
  constructor({ root, keys, emit }) {
    this.#root = root;
    this.#emit = emit;
    this.isNewer = this.#arrive(true);
    for (const [page, codecs] of Object.entries(keys)) {
      for (const [name, codec] of Object.entries(codecs)) this.#learn(page ? `${page}.${name}` : name, codec);
    }
    window.addEventListener("popstate", () => this.#return());
    window.addEventListener("pagehide", () => this.flush());
  }

  // The page in sight, of which the path tells the name.
  get page() {
    return this.#pageAt(location.pathname);
  }

  get undoLabel() {
    return this.#steps.undoLabel;
  }

  get redoLabel() {
    return this.#steps.redoLabel;
  }

  // Makes a key known later, and takes what the URL said of it. A codec is described in view_codecs.js.
  register(key, codec) {
    if (this.#learn(key, codec)) this.#announce(new Set([key]));
  }

  #learn(key, codec) {
    this.#codecs.set(key, codec);
    return this.#take(key, this.#came.get(key));
  }

  get(key) {
    return this.#values.has(key) ? this.#values.get(key) : this.#codecs.get(key).default;
  }

  // All values of a page by their names without the page.
  ofPage(page) {
    const keys = [...this.#codecs.keys()].filter((key) => pageOf(key) === page);
    return Object.fromEntries(keys.map((key) => [nameOf(key), this.get(key)]));
  }

  // Changes values, as one step to undo. `label` names the step: "Undid smoothing". Changes that follow each other in
  // a drag or while typing are continuous: together they are one step.
  set(changes, { label = "", isUndoable = true, isContinuous = false } = {}) {
    const before = new Map(Object.keys(changes).map((key) => [key, this.get(key)]));
    const changed = this.#assign(Object.entries(changes));
    if (changed.size === 0) return;
    if (isUndoable) {
      const pick = (valueOf) => new Map([...changed].map((key) => [key, valueOf(key)]));
      const step = { label, before: pick((key) => before.get(key)), after: pick((key) => this.get(key)) };
      this.#steps.push(step, { isContinuous, now: performance.now() });
    }
    this.#announce(changed);
  }

  // Adds a step that is no change of the view: {label, undo(), redo()}.
  record(step) {
    this.#steps.push(step, { isContinuous: false, now: performance.now() });
  }

  // Undoes such a step out of its turn, if it is not undone yet.
  revert(step) {
    const isUndone = this.#steps.turn(step);
    if (isUndone) step.undo();
    else if (isUndone === false) this.#steps.turn(step);
  }

  // What was undone is done again, or the reverse, by itself: the step can be undone accordingly.
  turn(step) {
    this.#steps.turn(step);
  }

  forget(step) {
    this.#steps.forget(step);
  }

  // → the step that was undone: {label, page: of which it was, "" for the frame}; null if there was none
  undo() {
    return this.#replay(this.#steps.undo(), "before");
  }

  redo() {
    return this.#replay(this.#steps.redo(), "after");
  }

  #replay(step, side) {
    if (!step) return null;
    if (step.undo) {
      if (side === "before") step.undo();
      else step.redo();
      return { label: step.label, page: "" };
    }
    this.#announce(this.#assign([...step[side]]));
    const pages = [...step[side].keys()].map(pageOf);
    return { label: step.label, page: pages.every((page) => page === pages[0]) ? pages[0] : "" };
  }

  // The address of this view, or of it on another page.
  href(path = location.pathname) {
    return `${location.origin}${path}${this.#query(this.#pageAt(path)).query}`;
  }

  // What a link of this view can't carry: [{key, noun, count}]
  leftOut() {
    return this.linkWith({}).leftOut;
  }

  // The link of this view with other values of some keys, and what it can't carry.
  linkWith(changes) {
    const { query, leftOut } = this.#query(this.page, {}, changes);
    const keys = leftOut.map((name) => (this.#codecs.has(name) ? name : `${this.page}.${name}`));
    const describe = (key) => ({ key, noun: this.#codecs.get(key).noun, count: (changes[key] ?? this.get(key)).length });
    return { href: `${location.origin}${location.pathname}${query}`, leftOut: keys.map(describe) };
  }

  // Shows another page, as a new entry of the browser's history.
  visit(path) {
    if (path === location.pathname) return;
    this.flush();
    history.pushState({}, "", this.href(path));
    this.#write();
    window.dispatchEvent(new CustomEvent("board-path"));
  }

  // Shows the view at an address as `addressHere` tells it, as a new entry of the history. → false if it is none
  open(address) {
    const url = this.addressOf(address);
    if (!url) return false;
    this.flush();
    history.pushState({}, "", url);
    this.#return();
    this.#write();
    window.dispatchEvent(new CustomEvent("board-path"));
    return true;
  }

  // The address of this view below the board's, which may be longer than a link: `scalars?v=3&x=wall`
  addressHere() {
    return `${this.page}${this.#query(this.page, { maxItems: Infinity, maxLength: MAX_ADDRESS }).query}`;
  }

  // The whole address of a view at an address below the board's; null if it leads elsewhere.
  addressOf(address) {
    const base = location.origin + this.#root;
    const url = URL.canParse(address, base) ? new URL(address, base).href : "";
    return url.startsWith(base) ? url : null;
  }

  // Writes what is not yet in the URL.
  flush() {
    if (this.#timer !== null) this.#write();
  }

  #pageAt(path) {
    const [name] = path.slice(this.#root.length).split("/");
    return name || FIRST_PAGE;
  }

  // Values are kept in the form that the URL gives back; one that it can't carry changes nothing. → keys that changed
  #assign(entries) {
    const changed = new Set();
    for (const [key, value] of entries) {
      const { format, parse } = this.#codecs.get(key);
      const texts = format(value);
      const isSensible = texts.length === 0 || parse(texts) !== undefined;
      if (isSensible && this.#take(key, texts)) changed.add(key);
    }
    return changed;
  }

  // Takes the texts of a key; those that say nothing sensible leave the default. → whether the value changed
  #take(key, given = []) {
    const { parse, format } = this.#codecs.get(key);
    const value = given.length > 0 ? parse(given) : undefined;
    const texts = value === undefined ? [] : format(value);
    const isChanged = !areEqual(texts, this.#textsOf(key));
    if (texts.length > 0) {
      this.#values.set(key, value);
      this.#texts.set(key, texts);
    } else {
      this.#values.delete(key);
      this.#texts.delete(key);
    }
    return isChanged;
  }

  #textsOf(key) {
    return this.#texts.get(key) ?? [];
  }

  #announce(changed) {
    if (changed.size === 0) return;
    this.#schedule();
    this.#emit(changed);
  }

  #query(page, limits, changes = {}) {
    const keys = [...this.#codecs.keys()].filter((key) => ["", page].includes(pageOf(key)));
    const textsOf = (key) => (key in changes ? this.#codecs.get(key).format(changes[key]) : this.#textsOf(key));
    return writeQuery(keys.map((key) => [nameOf(key), textsOf(key)]).filter(([, texts]) => texts.length > 0), limits);
  }

  #schedule() {
    if (this.#timer !== null) return;
    const wait = this.#written + WRITE_MS - performance.now();
    if (wait <= 0) this.#write();
    else this.#timer = setTimeout(() => this.#write(), wait);
  }

  #write() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#written = performance.now();
    const { query } = this.#query(this.page);
    const kept = Object.fromEntries(this.#texts);
    history.replaceState({ ...history.state, view: { query, kept } }, "", location.pathname + query + location.hash);
  }

  // Another entry of the history: the frame and its page are as they were there, the other pages stay.
  #return() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#arrive(false);
    const keys = [...this.#codecs.keys()].filter((key) => ["", this.page].includes(pageOf(key)));
    const changed = new Set(keys.filter((key) => this.#take(key, this.#came.get(key))));
    if (changed.size > 0) this.#emit(changed);
  }

  // Reads the URL, and what its entry keeps beside it. → whether a later version wrote the link
  #arrive(isFirst) {
    const { params, isNewer } = readQuery(location.search);
    const kept = history.state?.view;
    if (isFirst) this.#came.clear();
    const { page } = this;
    for (const key of this.#came.keys()) if (["", page].includes(pageOf(key))) this.#came.delete(key);
    if (kept?.query === location.search) for (const [key, texts] of Object.entries(kept.kept)) this.#came.set(key, texts);
    for (const [name, texts] of params) {
      if (name.includes(".")) continue;
      // Which of the two there is, is told by the codecs; a name is never both.
      this.#came.set(name, texts);
      this.#came.set(`${page}.${name}`, texts);
    }
    return isNewer;
  }
}

function pageOf(key) {
  return key.includes(".") ? key.slice(0, key.indexOf(".")) : "";
}

function nameOf(key) {
  return key.slice(key.indexOf(".") + 1);
}

function areEqual(a, b) {
  return a.length === b.length && a.every((text, i) => text === b[i]);
}
