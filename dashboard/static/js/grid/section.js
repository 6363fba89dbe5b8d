// One section of a page of cards: its head, which opens and closes it, and its cards.

import { Boundary } from "../boundary.js";
import { formatCount } from "../format.js";
import { Icon, h, useReducer, useRef } from "../react.js";
import { groupLinkItem } from "../export/items.js";
import { Menu } from "../overlay.js";
import { Card } from "./card.js";
import { chartOf } from "./shown_charts.js";

const PAGE_SIZE = 60; // cards put into the document at a time

// sections: all of the page; describe(card) → {runs, selected, isExpanded, isFull, isPinned, actions} of a card; goal: a tag whose card is to be drawn, or null
export function Section({ section, sections, isOpen, toggle, loader, goal, describe }) {
  const [numAsked, showMore] = useReducer((count) => count + PAGE_SIZE, PAGE_SIZE);
  const numShown = Math.max(numAsked, useFarthest(section.cards.findIndex(({ id, tags }) => id === goal || tags.includes(goal)) + 1));
  const cards = section.cards.slice(0, numShown);
  const numLeft = section.cards.length - cards.length;
  return h(
    "section",
    { className: isOpen ? "group" : "group is-closed" },
    h(Head, { section, sections, isOpen, toggle, exports: loader.kind.exports }),
    isOpen && cards.length > 0 &&
      h("div", { className: "cards" }, cards.map((card) => h(Boundary, { key: card.id, what: "card" }, h(Card, { card, loader, ...describe(card) })))),
    isOpen && numLeft > 0 &&
      h("button", { type: "button", className: "link more", onClick: showMore }, `Show ${formatCount(Math.min(PAGE_SIZE, numLeft))} more of ${formatCount(section.cards.length)} cards`),
  );
}

// Its number is that of its own cards; closed, of all that it hides.
function Head({ section, sections, isOpen, toggle, exports }) {
  const { icon, parent, title, cards, numBelow } = section;
  const count = isOpen ? cards.length : numBelow;
  const words = numBelow > cards.length ? `${formatCount(cards.length)} here, ${formatCount(numBelow)} with the groups in it` : undefined;
  const head = h(
    "h2",
    { className: "group-head" },
    h(
      "button",
      { type: "button", "aria-expanded": isOpen, title: words, onClick: toggle },
      h(Icon, { name: isOpen ? "chevron-down" : "chevron-right", size: 16 }),
      icon && h(Icon, { name: icon, size: 16 }),
      h("span", { className: "group-parent" }, parent),
      h("span", { className: "group-name" }, title),
      (count > 0 || !isOpen) && h("span", { className: "group-count" }, formatCount(count)),
    ),
  );
  return h("div", { className: "group-bar" }, head, exports && cards.length > 0 && h(SectionMenu, { section, sections, exports }));
}

function SectionMenu({ section, sections, exports }) {
  const { parent, title, cards } = section;
  const name = `${parent}${title}`;
  const label = `Save the charts of ${name}`;
  const button = { className: "icon-button is-small on-hover", title: label, "aria-label": label, children: h(Icon, { name: "dots", size: 14 }) };
  return h(Menu, { label, align: "end", items: () => [groupLinkItem(section, sections), null, ...exports(() => cards.map(chartOf), name)], button });
}

// The largest number so far: a card that was drawn for once stays.
function useFarthest(number) {
  const farthest = useRef(0);
  farthest.current = Math.max(farthest.current, number);
  return farthest.current;
}
