// What the next drag on a plot does, chosen beforehand in the menu of its card: for fingers, which have no keys to hold.
// Esc takes the choice back.

import { addEscape, formatKey } from "../keys.js";

let kind = null;
let offEscape = null;

// "zoom", "box" or "range"; null: as the keys say, and a finger scrolls.
export function nextDrag() {
  return kind;
}

export function setNextDrag(next) {
  offEscape?.();
  kind = next;
  offEscape = kind && addEscape(() => setNextDrag(null));
  document.documentElement.toggleAttribute("data-next-drag", kind !== null);
}

// Of the menu of a card.
export const dragItems = [
  { label: "Zoom by the next drag", icon: "search", detail: "Drag", run: () => setNextDrag("zoom") },
  { label: "Zoom a box by the next drag", icon: "square", detail: formatKey("Alt+Drag"), run: () => setNextDrag("box") },
  { label: "Select a range by the next drag", icon: "columns-3", detail: formatKey("Shift+Drag"), run: () => setNextDrag("range") },
];
