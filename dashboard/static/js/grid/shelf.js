// What cards held that showed something else before: other tags, before a filter took them away, or another x-axis; and what
// was asked for ahead. Who goes back finds it there; what came since is asked for.

import { moveRuns } from "./entry.js";

const MAX_BYTES = 100e6; // three x-axes of a dozen cards of 50 long runs, with room for others

export class Shelf {
  #kind;
  #kept = new Map(); // key → {data, buffers, numBytes, and what makeEntry notes of their runs}, what was put there last at the end
  #views = new Map(); // buffer → how many of what is kept have columns in it
  #numBytes = 0; // of these buffers, and beside them

  constructor(kind) {
    this.#kind = kind;
  }

  // Puts away what a card holds under some options. card: as makeEntry makes it
  keep(card, options) {
    const data = card.version > 0 && card.handle.hold?.();
    if (data) this.put(card, options, { data, version: card.version, epoch: card.epoch, isBehind: card.isBehind, left: new Map(card.left), missing: new Set(card.missing) });
  }

  // Puts away what a card is to show. kept: its data, and what makeEntry notes of their runs; no data are not kept
  put(card, options, { data, version, epoch = 0, isBehind = false, left = new Map(), missing = new Set() }) {
    if (!data) return;
    const { buffers, numBytes } = this.#kind.weigh(data);
    const key = this.keyOf(card, options);
    this.#take(key);
    this.#kept.set(key, { data, buffers, numBytes, version, epoch, isBehind, left, missing });
    this.#numBytes += numBytes;
    for (const buffer of buffers) this.#count(buffer, 1);
    for (const oldest of this.#kept.keys()) if (this.#numBytes > MAX_BYTES) this.#take(oldest);
  }

  has(card, options) {
    return this.#kept.has(this.keyOf(card, options));
  }

  // Has a card that holds nothing show what was put away for its tags and these options.
  recall(card, options) {
    const kept = card.version === 0 && this.#take(this.keyOf(card, options));
    if (!kept) return;
    const { version, isBehind, left, missing } = kept;
    Object.assign(card, { version, isBehind, left, missing });
    card.handle.update(kept.data, { isPartial: false });
  }

  // As moveRuns does with a card.
  move(runs) {
    for (const kept of this.#kept.values()) moveRuns(kept, runs);
  }

  clear() {
    this.#kept.clear();
    this.#views.clear();
    this.#numBytes = 0;
  }

  #take(key) {
    const kept = this.#kept.get(key);
    if (!kept) return undefined;
    this.#kept.delete(key);
    this.#numBytes -= kept.numBytes;
    for (const buffer of kept.buffers) this.#count(buffer, -1);
    return kept;
  }

  // An answer is one buffer for many cards, and is there as long as one of them has a column in it.
  #count(buffer, change) {
    const before = this.#views.get(buffer) ?? 0;
    if (before === 0) this.#numBytes += buffer.byteLength;
    if (before + change > 0) return this.#views.set(buffer, before + change);
    this.#views.delete(buffer);
    this.#numBytes -= buffer.byteLength;
  }

  // Names what cards of some tags show under some options. Those that change nothing in what a card holds are left out.
  keyOf({ tags, width, own }, options) {
    return JSON.stringify([tags, width, Object.entries({ ...options, ...own }).filter(([name]) => !this.#kind.localOptions?.includes(name))]);
  }
}
