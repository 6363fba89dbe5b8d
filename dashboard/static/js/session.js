// What one tab knows and shares between its components: runs, selection, live news, theme and the step cursor.
// Data come over HTTP on demand; the WebSocket only says what changed.

import { Emitter } from "./emitter.js";
import { LiveLink } from "./live.js";
import { readPreference, writePreference } from "./preferences.js";
import { labelRuns, slotStyle } from "./run_style.js";
import { Selection } from "./selection.js";

const ROOT = new URL("../../", import.meta.url);

class Session extends Emitter {
  constructor() {
    super();
    this.runs = [];
    this.logdir = null;
    this.isLoaded = false;
    this.theme = document.documentElement.dataset.theme || "light";
    this.cursorStep = null;
    this.focusedRun = null;
    this.range = null;
    this.selection = new Selection();
    this.live = new LiveLink(new URL("data/live", ROOT), (news) => this.#receive(news));
    this.live.on("state", () => this.emit("live"));
    this.tagsVersion = 0;
    this.tagsByKind = new Map();
    this.runsRequest = null;
    this.key = null;
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
      if (!readPreference("theme")) this.#applyTheme(event.matches ? "dark" : "light");
    });
  }

  start() {
    this.live.open();
    return this.refreshRuns();
  }

  get selected() {
    return this.selection.names;
  }

  // Names of the selected runs in the order of the panel.
  get selectedRuns() {
    return this.runs.filter((run) => this.selected.has(run.name));
  }

  runNamed(name) {
    return this.runsByName?.get(name);
  }

  colorOf(name) {
    return this.runNamed(name)?.color ?? "var(--text-3)";
  }

  labelOf(name) {
    return this.runNamed(name)?.label ?? name;
  }

  kindsPresent() {
    return new Set(this.runs.flatMap((run) => run.kinds));
  }

  async refreshRuns() {
    this.runsRequest ??= this.getJSON("data/runs").finally(() => {
      this.runsRequest = null;
    });
    const answer = await this.runsRequest;
    this.logdir = answer.logdir;
    this.tagsVersion = Math.max(this.tagsVersion, answer.tags_version);
    this.runs = labelRuns(answer.runs).map((run) => ({ ...run, ...slotStyle(run.slot, this.theme) }));
    this.runsByName = new Map(this.runs.map((run) => [run.name, run]));
    this.isLoaded = true;
    if (this.selection.apply(this.runs)) this.#selectionChanged();
    this.emit("runs");
  }

  // Tags of a kind: a Map from tag to a Set of names of runs.
  async tags(kind) {
    const known = this.tagsByKind.get(kind);
    if (known && known.version >= this.tagsVersion) return known.tags;
    const answer = await this.getJSON("data/tags", { kind });
    const tags = new Map(
      Object.entries(answer.tags).map(([tag, runs]) => [tag, new Set(runs.map((i) => answer.runs[i]))]),
    );
    this.tagsByKind.set(kind, { version: answer.version, tags });
    return tags;
  }

  select(change) {
    change(this.selection);
    if (this.selection.apply(this.runs)) this.#selectionChanged();
  }

  #selectionChanged() {
    this.key = null;
    this.emit("selection");
  }

  // A key that names the selected runs to the server, and the runs it names, in its order.
  async selectionKey() {
    if (!this.key) {
      const runs = this.selectedRuns.map((run) => run.name);
      this.key = this.postJSON("data/selections", { runs }).then(({ key }) => ({ key, runs }));
      this.key.catch(() => {
        this.key = null;
      });
    }
    return this.key;
  }

  forgetSelectionKey() {
    this.key = null;
  }

  setCursor(step) {
    if (step === this.cursorStep) return;
    this.cursorStep = step;
    this.emit("cursor");
  }

  // Zooms every card to positions of an axis: {axis: "step"|"relative"|"wall", bounds: [from, to]}, or null for all.
  setRange(range) {
    this.range = range;
    this.emit("range");
  }

  setFocus(name) {
    if (name === this.focusedRun) return;
    this.focusedRun = name;
    this.emit("focus");
  }

  setTheme(theme) {
    writePreference("theme", theme);
    this.#applyTheme(theme);
  }

  #applyTheme(theme) {
    this.theme = theme;
    document.documentElement.dataset.theme = theme;
    document.documentElement.dataset.mantineColorScheme = theme;
    this.runs = this.runs.map((run) => ({ ...run, ...slotStyle(run.slot, theme) }));
    this.runsByName = new Map(this.runs.map((run) => [run.name, run]));
    this.emit("theme");
  }

  async #receive(news) {
    const changed = Object.keys(news.runs);
    const isNewTag = news.tags_version > this.tagsVersion;
    this.tagsVersion = Math.max(this.tagsVersion, news.tags_version);
    if (isNewTag || !this.isLoaded || changed.some((name) => !this.runsByName?.has(name))) {
      await this.refreshRuns();
    }
    for (const name of changed) {
      const run = this.runNamed(name);
      if (run) [run.version, run.last_wall_time] = news.runs[name];
    }
    this.emit("news", { changed, version: news.version, isNewTag });
  }

  async getJSON(path, params, signal) {
    return (await this.#get(path, params, signal)).json();
  }

  async getBuffer(path, params, signal) {
    return (await this.#get(path, params, signal)).arrayBuffer();
  }

  async #get(path, params = {}, signal = undefined) {
    const url = new URL(path, ROOT);
    for (const [name, value] of Object.entries(params)) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== undefined && one !== null) url.searchParams.append(name, one);
      }
    }
    return checked(await fetch(url, { signal }));
  }

  async postJSON(path, body) {
    const options = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    return (await checked(await fetch(new URL(path, ROOT), options))).json();
  }
}

// The server's sentence about a failed request, as an Error with its status.
async function checked(response) {
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  const detail = typeof body.detail === "string" ? body.detail : `The server answered ${response.status}.`;
  throw Object.assign(new Error(detail), { status: response.status });
}

export const session = new Session();
session.start().catch((error) => session.emit("error", error));
