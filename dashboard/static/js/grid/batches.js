// Which cards ask the server together, and what of the answer is for one of them.

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

// What of an answer a card draws; undefined if there is nothing for it. cards: Map(tag → data)
export function partOf(cards, { tags }, kind) {
  if (tags.length === 1) return cards.get(tags[0]);
  const found = tags.filter((tag) => cards.has(tag)).map((tag) => cards.get(tag));
  return found.length > 0 ? kind.join(found) : undefined;
}
