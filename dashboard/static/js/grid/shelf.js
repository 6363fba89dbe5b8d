// What cards held that showed something else before: other tags, before a filter took them away, or another x-axis. Who goes
// back finds it there; what came since is asked for.

import { moveRuns } from "./entry.js";

const MAX_BYTES = 40e6;

export class Shelf {
  #local;
  #kept = new Map(); // key → {data, buffers, numBytes, and what makeEntry notes of their runs}, what was put there last at the end
  #views = new Map(); // buffer → how many of what is kept have columns in it
  #numBytes = 0; // of these buffers, and beside them

  // local: names of options that change nothing in what a card holds
  constructor(local = []) {
    this.#local = local;
  }

  // Puts away what a card holds under some options. card: as makeEntry makes it
  keep(card, options) {
    const held = card.version > 0 && card.handle.hold?.();
    if (!held) return;
    const { version, epoch, isBehind } = card;
    const key = this.#keyOf(card, options);
    this.#take(key);
    this.#kept.set(key, { ...held, version, epoch, isBehind, left: new Map(card.left), missing: new Set(card.missing) });
    this.#numBytes += held.numBytes;
    for (const buffer of held.buffers) this.#count(buffer, 1);
    for (const oldest of this.#kept.keys()) if (this.#numBytes > MAX_BYTES) this.#take(oldest);
  }

  // Has a card that holds nothing show what was put away for its tags and these options.
  recall(card, options) {
    const kept = card.version === 0 && this.#take(this.#keyOf(card, options));
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

  #keyOf({ tags, width, own }, options) {
    return JSON.stringify([tags, width, Object.entries({ ...options, ...own }).filter(([name]) => !this.#local.includes(name))]);
  }
}
