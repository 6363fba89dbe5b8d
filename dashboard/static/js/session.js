// What one tab knows and shares between its components: runs, selection, live news, theme and the step cursor.
// Data come over HTTP on demand; the WebSocket only says what changed.

import { applyAppearance, onSystemTheme, resolveTheme } from "./appearance.js";
import { Arrivals } from "./arrivals.js";
import { getLargeBuffer } from "./buffers.js";
import { Emitter } from "./emitter.js";
import { endLostRequests, getHead, getJSON, getText, postJSON, whileConnected } from "./http.js";
import { LiveLink } from "./live.js";
import { pause } from "./pause.js";
import { onPreference } from "./preferences.js";
import { ROOT } from "./root.js";
import { mergeRuns, takeNews } from "./run_merge.js";
import { dressRun, prefixRuns } from "./run_style.js";
import { paint } from "./runs/colors.js";
import { Comparison } from "./runs/comparison.js";
import { Selection } from "./selection.js";
import { SelectionKey } from "./selection_key.js";
import { Sidecar } from "./sidecar.js";
import { StepCursor } from "./step_cursor.js";
import { TagIndex } from "./tag_index.js";
import { isCardPage, KEYS } from "./view_keys.js";
import { ViewState } from "./view_state.js";

const GATHER_MS = 300;
const READING_MS = 1_000; // while the server still reads, listing all runs again takes its time
const RETRY_MS = 1_000;
const SELECTION_KEYS = ["only", "except", "also"];

class Session extends Emitter {
  #tags = new TagIndex((kind) => this.getJSON("data/tags", { kind }, whileConnected()));
  #isSettled = false; // the list of runs is of a logdir that was looked at to the end
  #isStale = false; // the list of runs is older than the news
  #refreshing = null;
  #endPause = () => {}; // between two lists of runs
  #key = new SelectionKey((body) => this.postJSON("data/selections", body, whileConnected()));

  constructor() {
    super();
    this.runs = [];
    this.listed = 0; // version of the list of runs; 0 before the first
    this.runsInSight = []; // those that are neither hidden nor archived
    this.runsByName = new Map();
    this.logdir = null;
    this.isCompiled = true; // whether the fast scanner reads the files
    this.remarks = []; // on the store, a sentence each
    this.server = null;
    this.heard = 0; // version of the newest news
    this.tagsVersion = 0;
    this.isLoaded = false;
    this.theme = resolveTheme();
    this.focusedRun = null;
    this.view = new ViewState({ root: ROOT.pathname, keys: KEYS, emit: (keys) => this.#follow(keys) });
    this.cursor = new StepCursor(this.view, () => this.emit("cursor"));
    this.selection = new Selection(this.view);
    this.comparison = new Comparison(this, () => this.#restyle());
    this.sidecar = new Sidecar(this);
    this.sidecar.on("change", () => this.#followSidecar());
    this.arrivals = new Arrivals();
    this.live = new LiveLink(new URL("data/live", ROOT), (news) => this.#receive(news));
    this.live.on("state", () => this.emit("live"));
    this.live.on("back", endLostRequests);
    this.live.on("heard", (news) => this.arrivals.hear(news.runs, (name) => this.runNamed(name)));
    applyAppearance();
    onPreference((name) => this.#followPreference(name));
    onSystemTheme(() => this.#followPreference("theme"));
  }

  get isSettled() {
    return this.#isSettled;
  }

  get selected() {
    return this.selection.names;
  }

  // The selected runs in the order of the panel.
  get selectedRuns() {
    return this.runs.filter((run) => this.selected.has(run.name));
  }

  runNamed(name) {
    return this.runsByName.get(name);
  }

  colorOf(name) {
    return this.runNamed(name)?.color ?? "var(--text-3)";
  }

  labelOf(name) {
    return this.runNamed(name)?.label ?? name;
  }

  get differing() {
    return this.comparison.differing;
  }

  get groups() {
    return this.comparison.groups;
  }

  kindsPresent() {
    return new Set(this.runs.flatMap((run) => run.kinds));
  }

  // Asks for the list of runs. One request at a time; what changed meanwhile is asked for after it.
  refreshRuns() {
    this.#isStale = true;
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
  }

  async #refresh() {
    while (this.#isStale) {
      this.#isStale = false;
      try {
        const asked = this.getJSON("data/runs", { since: this.listed }, whileConnected());
        const [answer] = await Promise.all([asked, this.sidecar.whenKnown()]);
        this.#takeRuns(answer);
        // Runs that appear together are listed together.
        await pause(this.live.isReading ? READING_MS : GATHER_MS, (end) => (this.#endPause = end));
      } catch (error) {
        this.#isStale = true;
        this.live.begin({});
        this.emit("error", error);
        await pause(RETRY_MS);
      }
    }
  }

  #takeRuns(answer) {
    if (this.#isHalfRead(answer)) return;
    this.#meet(answer.server);
    if (answer.since && answer.since !== this.listed) {
      this.#isStale = true; // asked of a server that another took the place of
      return;
    }
    const runs = mergeRuns(this.runs, answer);
    this.listed = answer.version;
    this.live.begin({ server: answer.server, since: answer.version });
    this.logdir = answer.logdir;
    this.remarks = answer.remarks;
    this.isCompiled = answer.is_compiled;
    this.tagsVersion = Math.max(this.tagsVersion, answer.tags_version);
    const isReading = answer.is_reading ?? false;
    this.#isSettled = !isReading;
    this.#setRuns(prefixRuns(runs));
    const isFirst = !this.isLoaded;
    this.isLoaded = true;
    this.#applySelection(isReading);
    if (isFirst) this.#prepare(answer);
    this.emit("runs");
  }

  // Asks for what the first cards need next, before they are there; they ask again after a failure.
  #prepare({ newest, runs }) {
    const page = location.pathname.slice(ROOT.pathname.length) || "scalars";
    this.#key.learn(newest.selection, runs.slice(0, newest.num_runs).map(({ name }) => name));
    this.selectionKey().catch(() => {});
    if (isCardPage(page)) this.tags(page).catch(() => {});
  }

  #setRuns(runs) {
    const { sidecar } = this;
    this.runs = runs.map((run) => dressRun(run, sidecar.notesOf(run.name), { baseline: sidecar.baseline }));
    this.runsInSight = this.runs.filter((run) => !run.isPutAside);
    this.runsByName = new Map(this.runs.map((run) => [run.name, run]));
    this.#paint();
  }

  #paint() {
    const { selected, comparison } = this;
    paint(this.runs, { selected, scheme: comparison.scheme });
    for (const run of this.runs) run.groupKey = comparison.groupOf(run.name); // `group` is what its program says
  }

  #restyle() {
    this.#paint();
    this.emit("style");
  }

  // A server that took the place of another and still reads knows less than the page does.
  #isHalfRead(answer) {
    return this.server !== null && answer.server !== this.server && answer.is_reading;
  }

  // Versions of one server process mean nothing to another. → whether it is another
  #meet(server) {
    if (server === this.server) return false;
    const isOther = this.server !== null;
    this.server = server;
    if (!isOther) return false;
    this.heard = 0;
    this.tagsVersion = 0;
    this.listed = 0;
    this.#tags.forget();
    this.#key.forget();
    this.arrivals.forget();
    for (const run of this.runs) run.version = 0;
    this.emit("server");
    return true;
  }

  // Tags of a kind: a Map from tag to a Set of names of runs.
  tags(kind) {
    return this.#tags.ofKind(kind, this.tagsVersion);
  }

  // The same if they are known, else null.
  knownTags(kind) {
    return this.#tags.known(kind, this.tagsVersion);
  }

  select(change) {
    change(this.selection);
  }

  // Keys of the view changed, here or by going back.
  #follow(keys) {
    if (SELECTION_KEYS.some((key) => keys.has(key))) this.#applySelection(this.live.isReading);
    if (keys.has("range")) this.emit("range");
    if (keys.has("step")) this.cursor.follow();
    this.emit("view", keys);
    if (keys.has("group") || keys.has("color")) this.#restyle();
  }

  #applySelection(isReading) {
    const { isChanged, isMore } = this.selection.apply(this.runsInSight, isReading);
    if (!isChanged) return;
    this.#key.forget();
    this.#paint();
    this.emit("selection", { isMore });
  }

  // → promise of {key, runs}: a key that names the selected runs to the server, or some of them, and their names in its order.
  selectionKey(some = null) {
    return some ? this.#key.ofSome(some) : this.#key.of(this.selectedRuns);
  }

  forgetSelectionKey() {
    this.#key.forget();
  }

  // What every card is zoomed to: {axis: "step"|"relative"|"wall", bounds: [from, to]}, or null for all.
  get range() {
    return this.view.get("range");
  }

  setFocus(name) {
    if (name === this.focusedRun) return;
    this.focusedRun = name;
    this.emit("focus");
  }

  #followPreference(name) {
    applyAppearance();
    const theme = resolveTheme();
    if (theme !== this.theme) {
      this.theme = theme;
      this.#paint();
      this.emit("theme");
    }
    this.emit("preference", name);
  }

  // Names, colours, hidden runs: everything that shows a run is drawn again.
  #followSidecar() {
    if (!this.isLoaded) return;
    this.#setRuns(this.runs);
    this.#applySelection(this.live.isReading);
    this.emit("style");
    this.emit("runs");
  }

  #receive(news) {
    this.arrivals.deliver();
    this.sidecar.hear(news);
    if (this.#isHalfRead(news)) return;
    const isOther = this.#meet(news.server);
    this.heard = news.version;
    const isNewTag = news.tags_version > this.tagsVersion;
    this.tagsVersion = Math.max(this.tagsVersion, news.tags_version);
    const isRemarked = this.isLoaded && news.num_remarks !== this.remarks.length + this.logdir.problems.length;
    const { changed, isOld } = takeNews(this.runsByName, news.runs);
    const isSettling = this.isLoaded && !this.#isSettled && !news.is_reading; // then runs have the colours that they keep
    if (isOther || isNewTag || isRemarked || isOld || isSettling) this.refreshRuns();
    if (isSettling) this.#endPause();
    this.emit("news", { changed, version: news.version, isNewTag });
  }

  getJSON = (path, params, signal) => getJSON(new URL(path, ROOT), params, signal);
  getText = (path, params, signal) => getText(new URL(path, ROOT), params, signal);
  getBuffer = (path, params, signal) => getLargeBuffer(new URL(path, ROOT), params, signal);
  getHead = (path, params, signal) => getHead(new URL(path, ROOT), params, signal);
  postJSON = (path, body, signal) => postJSON(new URL(path, ROOT), body, signal);
}

export const session = new Session();
session.refreshRuns();
