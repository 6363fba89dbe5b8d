// The lower edge of a card: dragged it sets the height of all cards, or of all in full width, which is kept. For keys the
// toolbar has sizes.

import { h } from "../react.js";
import { HEIGHTS, heightOf, setHeight } from "./card_heights.js";

export function CardEdge({ isExpanded }) {
  const kind = isExpanded ? HEIGHTS.wide : HEIGHTS.usual;
  return h("div", {
    className: "card-edge",
    "aria-hidden": true,
    title: "Drag to set the height of cards; double-click for the usual one",
    onPointerDown: (event) => drag(event, kind),
    onDoubleClick: ({ currentTarget }) => keep(currentTarget.parentElement, kind, kind.usual),
  });
}

// Its card follows the pointer, the others when it is let go.
function drag(event, kind) {
  if (event.button !== 0) return;
  event.preventDefault();
  const { currentTarget: edge, clientY: from } = event;
  const card = edge.parentElement;
  const before = heightOf(kind);
  let more = before;
  const follow = ({ clientY }) => {
    more = clamp(before + clientY - from, kind.bounds);
    card.style.setProperty(kind.property, `${more}px`);
  };
  const stop = () => {
    edge.removeEventListener("pointermove", follow);
    card.style.removeProperty(kind.property);
    keep(card, kind, more);
  };
  edge.setPointerCapture(event.pointerId);
  edge.addEventListener("pointermove", follow);
  edge.addEventListener("lostpointercapture", stop, { once: true });
}

// Cards above become higher too: the page scrolls, so that the card stays where it is.
function keep(card, kind, more) {
  const { top } = card.getBoundingClientRect();
  setHeight(kind, Math.round(more));
  card.closest(".page")?.scrollBy({ top: card.getBoundingClientRect().top - top, behavior: "instant" });
}

function clamp(value, [low, high]) {
  return Math.max(low, Math.min(value, high));
}
