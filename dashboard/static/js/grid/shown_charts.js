// Which charts stand on the page.

const cards = new WeakMap(); // element → its card

export function remember(element, card) {
  cards.set(element, card);
}

// Those in open groups, in their order.
export function shownCharts() {
  return [...document.querySelectorAll(".grid-page .card")].filter((element) => cards.has(element)).map((element) => chartOf(cards.get(element)));
}

// What exports take of a card.
export function chartOf({ id, title, tags, bands }) {
  return { id, title, tags, bands };
}
