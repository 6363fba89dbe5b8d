// Places what belongs to a plot: under it, above it where there is more room; never over it. On a small screen it is a
// sheet at the bottom, which the style sheet places.

import { isSmall } from "../screen.js";

const GAP_PX = 6;
const EDGE_PX = 8;

// Places what is said of a plot at which another thing is docked: beside it, down to its lower edge.
export function dockBeside(root, anchor) {
  if (isSmall()) return root.removeAttribute("style");
  const box = anchor.getBoundingClientRect();
  root.style.maxHeight = "";
  const { offsetWidth: width, offsetHeight: height } = root;
  const right = box.right + GAP_PX;
  const left = right + width + EDGE_PX <= innerWidth ? right : Math.max(EDGE_PX, box.left - GAP_PX - width);
  moveTo(root, left, Math.max(EDGE_PX, box.bottom - height));
}

export function dock(root, anchor) {
  if (isSmall()) return root.removeAttribute("style");
  const box = anchor.getBoundingClientRect();
  const below = innerHeight - EDGE_PX - box.bottom - GAP_PX;
  const above = box.top - GAP_PX - EDGE_PX;
  root.style.maxHeight = "";
  const isBelow = root.offsetHeight <= below || below >= above;
  root.style.maxHeight = `${Math.max(isBelow ? below : above, 0)}px`;
  const { offsetWidth: width, offsetHeight: height } = root;
  const left = Math.max(EDGE_PX, Math.min(box.left + box.width / 2 - width / 2, innerWidth - width - EDGE_PX));
  const top = isBelow ? box.bottom + GAP_PX : box.top - height - GAP_PX;
  moveTo(root, left, top);
}

function moveTo(root, left, top) {
  root.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
}

export function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
