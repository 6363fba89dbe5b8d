// What is probably wanted next is asked for while nothing else is: it goes on the shelf, where cards find it.

import { partOf } from "./batches.js";
import { runsLeftOut } from "./draw_all.js";

const DWELL_MS = 40; // that the pointer rests on a choice before it counts as one to come
const IDLE_MS = 400; // that nothing was asked for before the next cards are
const MAX_CARDS = 12;
const MAX_SERIES = 10_000; // that the server makes ready for a page, a tenth of a millisecond each

export class Ahead {
  #kind;
  #session;
  #shelf;
  #seen;
  #asked = null; // {keys: of the shelf, aborting, done: promise}
  #ready = new Set(); // tags of which the server was told to make the other runs ready
  #preparing = new AbortController();
  #timers = {}; // name → timer of what is to be asked for

  // seen() → {cards: Map(id → as makeEntry makes it), order: [{id, tags}] of all cards of the page, options}
  constructor({ kind, session, shelf, seen }) {
    [this.#kind, this.#session, this.#shelf, this.#seen] = [kind, session, shelf, seen];
  }

  // The pointer is on a choice of options: what the cards in view would show.
  prepare(choice) {
    this.#wait("choice", DWELL_MS, ({ cards, options }) => {
      if (Object.entries(choice).every(([name, value]) => options[name] === value)) return; // it was pressed meanwhile
      const next = { ...options, ...choice };
      const shown = [...cards.values()].filter(({ isInView, version, handle }) => isInView && version > 0 && !handle.holdsAll?.(next));
      this.#ask(shown, next);
    });
  }

  // Nothing is asked for: the cards behind those in view, which also a filter may leave, and then what "Draw all" would ask for.
  rest() {
    this.#wait("idle", IDLE_MS, async ({ cards, order, options }) => {
      const last = order.findLastIndex(({ id }) => cards.get(id)?.isInView);
      if (last < 0) return;
      const { width } = cards.get(order[last].id);
      const next = [...order.slice(last + 1), ...order.slice(0, last)].filter(({ id, tags }) => !cards.get(id)?.version && !tags.some((tag) => tag.startsWith("=")));
      this.#ask(next.slice(0, MAX_CARDS).map(({ tags }) => ({ tags, width })), options);
      const { signal } = this.#preparing;
      await this.#asked?.done; // also of what was stopped
      if (!signal.aborted) this.#prepareRuns([...cards.values()], options);
    });
  }

  // Has the server make ready, once, what cards in view lack of the runs that are left out at first: it keeps for a while what
  // it has read from its index.
  async #prepareRuns(cards, options) {
    const runs = this.#kind.prepare && !this.#session.live.isReading ? runsLeftOut(this.#session) : [];
    const shown = cards.filter(({ isInView, version, tags }) => isInView && version > 0 && !tags.some((tag) => tag.startsWith("=")));
    const tags = [...new Set(shown.flatMap((card) => card.tags))].filter((tag) => !this.#ready.has(tag));
    if (tags.length === 0 || runs.length === 0 || runs.length * (this.#ready.size + tags.length) > MAX_SERIES) return;
    for (const tag of tags) this.#ready.add(tag);
    const [{ width, own }] = shown;
    const { signal } = this.#preparing;
    try {
      const { key: selection } = await this.#session.selectionKey(runs);
      await this.#kind.prepare(tags, { selection, since: 0, width, signal, session: this.#session, options: { ...options, ...own } });
    } catch {
      for (const tag of tags) this.#ready.delete(tag); // they take their time when they are asked for before the next rest
    }
  }

  // Cards ask the server. What is under way for one that holds nothing is waited for; else it makes way. What only is made
  // ready goes on beside news, which are small.
  async settle(cards, options) {
    clearTimeout(this.#timers.idle);
    const bare = cards.filter(({ isInView, version }) => isInView && version === 0);
    if (bare.length === 0) return;
    this.#stopPreparing();
    if (!this.#asked) return;
    if (!bare.some((card) => this.#asked.keys.has(this.#shelf.keyOf(card, options)))) return this.stop();
    await this.#asked.done;
    for (const card of bare) this.#shelf.recall(card, options);
  }

  // What is under way is of no use any more.
  stop() {
    Object.values(this.#timers).forEach(clearTimeout);
    this.#asked?.aborting.abort();
    this.#asked = null;
    this.#stopPreparing();
  }

  #stopPreparing() {
    this.#preparing.abort();
    this.#preparing = new AbortController();
  }

  #wait(name, milliseconds, act) {
    clearTimeout(this.#timers[name]);
    if (!this.#kind.weigh) return;
    this.#timers[name] = setTimeout(() => !this.#session.live.isHeld && act(this.#seen()), milliseconds);
  }

  // One request: for cards that have the options of their own that the first has, unless the shelf has what they need.
  #ask(cards, options) {
    const described = cards.map(({ tags, width }) => ({ tags, width, own: this.#kind.ownOptions?.(options, tags) ?? {} }));
    const wanted = described.filter((card) => JSON.stringify(card.own) === JSON.stringify(described[0].own) && !this.#shelf.has(card, options));
    if (wanted.length === 0) return;
    this.stop();
    const aborting = new AbortController();
    const asked = { keys: new Set(wanted.map((card) => this.#shelf.keyOf(card, options))), aborting };
    this.#asked = asked;
    asked.done = this.#load(wanted, options, aborting.signal).then(() => {
      if (this.#asked === asked) this.#asked = null;
    });
  }

  async #load(cards, options, signal) {
    const tags = [...new Set(cards.flatMap((card) => card.tags))];
    const [{ width, own }] = cards;
    try {
      const { key: selection, runs } = await this.#session.selectionKey();
      const context = { selection, runs, since: 0, width, signal, session: this.#session, options: { ...options, ...own } };
      const { version, cards: parts } = await this.#kind.load(tags, context);
      if (!signal.aborted) for (const card of cards) this.#shelf.put(card, options, { data: partOf(parts, card, this.#kind), version });
    } catch {
      // the cards ask themselves then, and say so
    }
  }
}
