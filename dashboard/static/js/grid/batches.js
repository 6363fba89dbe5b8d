// Which cards ask the server together.

import { isAskedFor } from "./first_answer.js";

// Cards in view of one width, with the same options of their own, that hold nothing yet, those that hold nothing of the same
// runs, and those that hold an older version: [{width, own, cards: Map(id → {card, epoch}), since: the least version, missing:
// names of those runs, or null}]. cards: the loader's, of which
// `isDue(card)` says whether it needs anything.
export function batchesOf(cards, { kind, isDue }) {
  const batches = new Map();
  for (const [id, card] of cards) {
    if (!card.isInView || !isDue(card)) continue;
    const { width, own, version, epoch } = card;
    const isFirst = version === 0 && isAskedFor(kind, card.tags);
    const isAlone = card.tags.some((tag) => tag.startsWith("=")); // an expression that is refused spoils no other card
    const missing = card.missing.size > 0 ? [...card.missing] : null;
    const group = JSON.stringify([width, own, version > 0, isFirst, isAlone && id, missing]);
    if (!batches.has(group)) batches.set(group, { width, own, cards: new Map(), since: missing ? 0 : Infinity, missing });
    const batch = batches.get(group);
    batch.cards.set(id, { card, epoch });
    batch.since = Math.min(batch.since, version);
  }
  return [...batches.values()];
}
