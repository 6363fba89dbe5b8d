// Fetches what the cards in view need: one request for all that are new, one for all that changed.

import { Ahead } from "./ahead.js";
import { batchesOf, partOf } from "./batches.js";
import { makeEntry, moveRuns, outdate, takeMissing } from "./entry.js";
import { takeFirst } from "./first_answer.js";
import { Shelf } from "./shelf.js";

const RETRY_MS = [1_000, 2_000, 5_000, 10_000];
const PAUSE_MS = 60; // after which a change that goes on counts as paused

export class Loader {
  #session;
  #cards = new Map(); // id → as makeEntry makes it
  #options = {};
  #shelf;
  #ahead;
  #expected = []; // the page's cards in their order: [{id, tags}]
  #isMoving = false; // a slider moves, and what the cards hold is for where it was
  #abort = new AbortController();
  #isRunning = false;
  #isDue = false;
  #latest = 0; // version of the newest news of selected runs
  #hasNews = false; // that no round has asked for
  #rest = null; // timer until news are asked for
  #restUntil = 0;
  #failures = 0;
  #retry = null;
  #pause = null; // timer until a change that goes on has paused
  #ranged = -Infinity; // when the range was changed last
  #lead = null; // id of the card that shows each of such changes at once
  #selected; // names of runs
  #offs;

  constructor(kind, session) {
    this.kind = kind;
    this.#session = session;
    this.#selected = session.selected;
    this.#latest = session.heard; // an answer that was asked for before the page stood may be older
    this.#shelf = new Shelf(kind);
    this.#ahead = new Ahead({ kind, session, shelf: this.#shelf, seen: () => ({ cards: this.#cards, order: this.#expected, options: this.#options }) });
    this.#offs = [
      session.on("news", (news) => this.#hear(news)),
      session.on("selection", () => this.#reselect()),
      session.on("range", () => this.#followRange()),
      session.on("server", () => this.#restart()),
      session.on("axes", () => this.#readdress()),
      session.on("intent", (choice) => this.#ahead.prepare(choice)),
      session.live.on("back", () => this.#comeBack()),
      ...(kind.follow ? [kind.follow(session, () => this.reload())] : []),
    ];
  }

  // Those of a card, which may have some of its own.
  optionsOf(tags) {
    return { ...this.#options, ...this.#own(tags) };
  }

  #own(tags) {
    return this.kind.ownOptions?.(this.#options, tags) ?? {};
  }

  #tell(card) {
    card.own = this.#own(card.tags);
    card.handle.setOptions?.(this.optionsOf(card.tags));
  }

  close() {
    this.#offs.forEach((off) => off());
    clearTimeout(this.#retry);
    clearTimeout(this.#rest);
    clearTimeout(this.#pause);
    this.#abort.abort();
    this.#ahead.stop();
    this.#cards.clear();
  }

  setOptions(options) {
    const names = [...new Set([...Object.keys(options), ...Object.keys(this.#options)])];
    const changed = names.filter((name) => options[name] !== this.#options[name]);
    const areAll = (kept = []) => changed.every((name) => kept.includes(name));
    const isPreviewed = changed.length > 0 && areAll(this.kind.previewedOptions);
    if (!isPreviewed && !areAll(this.kind.localOptions)) this.#keep(this.#cards.values());
    this.#options = options;
    if (isPreviewed) return this.#preview();
    for (const card of this.#cards.values()) this.#tell(card);
    if (!areAll(this.kind.localOptions)) this.#refit();
  }

  // A slider moves: one card follows it, the others and the server when it pauses.
  #preview() {
    this.#isMoving = true;
    const lead = this.#leader();
    if (lead) this.#tell(lead);
    this.#afterPause(() => {
      for (const card of this.#cards.values()) if (card !== lead) this.#tell(card);
      this.#refit();
    });
  }

  #leader() {
    const lead = this.#cards.get(this.#lead);
    return lead?.isInView ? lead : [...this.#cards.values()].find(({ isInView }) => isInView);
  }

  #afterPause(act) {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(act, PAUSE_MS);
  }

  // A range is asked for at once, but while a wheel turns when it pauses; the cards show meanwhile what they have.
  #followRange() {
    const now = performance.now();
    if (now - this.#ranged < 3 * PAUSE_MS) this.#afterPause(() => this.reload());
    else this.reload();
    this.#ranged = now;
  }

  // The pointer is on a card.
  lead(id) {
    this.#lead = id;
  }

  add({ id, tags }, handle) {
    this.#cards.set(id, makeEntry(tags, handle, this.#own(tags)));
  }

  // A card came into view, or its width changed.
  show(id, width) {
    const card = this.#cards.get(id);
    if (card.width !== width) outdate(card);
    Object.assign(card, { width, isInView: true });
    this.#shelf.recall(card, this.#options);
    this.schedule();
  }

  // The cards of the page, in their order, also those that never were in view.
  expect(cards) {
    this.#expected = cards;
  }

  hide(id) {
    const card = this.#cards.get(id);
    if (card) card.isInView = false;
  }

  remove(id, handle) {
    const card = this.#cards.get(id);
    if (card?.handle !== handle) return;
    this.#keep([card]);
    this.#cards.delete(id);
  }

  // What every card holds is for another range, axis or server: fetch all of it again.
  reload() {
    this.#void();
    this.#askAgain();
  }

  // Runs declare other axes: cards that have one of them ask again.
  #readdress() {
    const others = [...this.#cards.values()].filter(({ tags, own }) => JSON.stringify(own) !== JSON.stringify(this.#own(tags)));
    others.forEach((card) => this.#tell(card));
    others.forEach(outdate);
    if (others.length > 0) this.#askAgain();
  }

  // Options are others: cards for which what they hold does not do ask again.
  #refit() {
    this.#isMoving = false;
    for (const card of this.#cards.values()) {
      if (card.version > 0 && card.handle.holdsAll?.(this.optionsOf(card.tags))) continue;
      outdate(card);
      if (card.isInView) this.#shelf.recall(card, this.#options);
    }
    this.#askAgain();
  }

  // What was asked of a connection that is lost by now may never be answered.
  #comeBack() {
    this.#ahead.stop();
    this.#askAgain();
  }

  #askAgain() {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.schedule();
  }

  // Asks anew for one card.
  retry(id) {
    const card = this.#cards.get(id);
    if (card) outdate(card);
    this.schedule();
  }

  schedule() {
    this.#isDue = true;
    if (!this.#isRunning) queueMicrotask(() => this.#run());
  }

  // Versions of another server have nothing to do with those that were heard.
  #restart() {
    this.#latest = 0;
    this.reload();
  }

  #void() {
    this.#ahead.stop();
    this.#shelf.clear();
    for (const card of this.#cards.values()) outdate(card);
  }

  #keep(cards) {
    if (!this.#isMoving) for (const card of cards) this.#shelf.keep(card, this.#options);
  }

  // Cards draw what they have of the selected runs at once. Of runs that are put back only what came since is asked for, and
  // of runs that were never there what they have.
  #reselect() {
    const before = this.#selected;
    this.#selected = this.#session.selected;
    const added = [...this.#selected].filter((run) => !before.has(run));
    const removed = [...before].filter((run) => !this.#selected.has(run));
    this.#ahead.stop();
    if (this.kind.keepsRuns) this.#shelf.move({ added, removed });
    else this.#shelf.clear();
    for (const card of this.#cards.values()) {
      card.handle.reselect?.();
      if (this.kind.keepsRuns) moveRuns(card, { added, removed });
      else outdate(card);
    }
    this.schedule();
  }

  #hear({ changed, version, isNewTag }) {
    if (!isNewTag && !changed.some((run) => this.#session.selected.has(run))) return;
    if (isNewTag) this.#void(); // a run may have lost a tag, which a partial answer can't say
    this.#latest = version;
    this.#hasNews = true;
    this.#follow();
  }

  // News are asked for one round after the other, and no more than half of the time: a server that is slow is asked
  // less often.
  #follow() {
    if (this.#isRunning || !this.#hasNews) return;
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.schedule(), Math.max(0, this.#restUntil - performance.now()));
  }

  async #run() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#isDue) {
      this.#isDue = false;
      await new Promise((resolve) => setTimeout(resolve)); // cards that come into view in one frame ask together
      await this.kind.whenReady?.();
      await this.#ahead.settle([...this.#cards.values()], this.#options);
      this.#hasNews = false;
      const began = performance.now();
      const { isPaused } = this.#session.live;
      const batches = batchesOf(this.#cards, { kind: this.kind, isDue: ({ version, isBehind, missing }) => version === 0 || isBehind || missing.size > 0 || (version < this.#latest && !isPaused) });
      await Promise.all(batches.map((batch) => this.#load(batch)));
      this.#restUntil = 2 * performance.now() - began;
    }
    this.#isRunning = false;
    this.#ahead.rest();
    this.#follow();
  }

  async #load(batch, isRetry = false) {
    const { signal } = this.#abort;
    const tags = [...new Set([...batch.cards.values()].flatMap(({ card }) => card.tags))];
    const { since, width, own, missing } = batch;
    try {
      const { key: selection, runs } = await this.#session.selectionKey(missing);
      const context = { selection, runs, since, width, signal, session: this.#session, options: { ...this.#options, ...own } };
      const early = takeFirst(this.kind, tags, context);
      const answer = await (early ?? this.kind.load(tags, context));
      if (signal.aborted) return;
      this.#failures = 0;
      this.#hasNews ||= early !== null && answer.version < this.#latest; // which came before this loader was there to hear them
      for (const [id, asked] of batch.cards) this.#deliver(id, asked, batch, answer);
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 404 && !isRetry) {
        this.#session.forgetSelectionKey();
        await this.#load(batch, true);
      } else {
        this.#fail(batch, error);
      }
    }
  }

  // Gives a card its data. If what it holds became void meanwhile, they do until the next round has asked again, but not in
  // place of what the shelf gave.
  #deliver(id, { card, epoch }, { since, missing }, { version, cards }) {
    const isPartial = since > 0 || missing !== null;
    if (this.#cards.get(id) !== card || (card.epoch !== epoch && (isPartial || card.version > 0))) return;
    this.#isDue ||= missing !== null; // of other runs it may still be behind
    if (missing) takeMissing(card, version);
    else if (card.epoch === epoch) Object.assign(card, { version, isBehind: false });
    const data = partOf(cards, card, this.kind);
    if (data || !isPartial) card.handle.update(data, { isPartial });
    else card.handle.recover?.();
  }

  #fail({ cards }, error) {
    for (const [id, { card }] of cards) if (this.#cards.get(id) === card) card.handle.fail?.(error);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.schedule(), RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)]);
    this.#failures += 1;
  }
}
