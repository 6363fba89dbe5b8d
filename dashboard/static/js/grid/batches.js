// Which cards ask the server together.

import { isAskedFor } from "./first_answer.js";

// Cards in view of one width, with the same options of their own, that hold nothing yet, and those that hold an older
// version: [{width, own, cards: Map(id → {card, epoch}), since: the least version}]. cards: the loader's, of which
// `isDue(card)` says whether it needs anything.
export function batchesOf(cards, { kind, isDue }) {
  const batches = new Map();
  for (const [id, card] of cards) {
    if (!card.isInView || !isDue(card)) continue;
    const { width, own, version, epoch } = card;
    const isFirst = version === 0 && isAskedFor(kind, card.tags);
    const isAlone = card.tags.some((tag) => tag.startsWith("=")); // an expression that is refused spoils no other card
    const group = JSON.stringify([width, own, version > 0, isFirst, isAlone && id]);
    if (!batches.has(group)) batches.set(group, { width, own, cards: new Map(), since: Infinity });
    const batch = batches.get(group);
    batch.cards.set(id, { card, epoch });
    batch.since = Math.min(batch.since, version);
  }
  return [...batches.values()];
}
