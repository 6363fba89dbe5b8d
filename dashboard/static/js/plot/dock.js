// Places what belongs to a plot: under it, above it where there is more room; never over it, and beside the list of runs
// where there is room. On a small screen it is a sheet at the bottom, which the style sheet places.

import { isSmall } from "../screen.js";

const GAP_PX = 6;
const EDGE_PX = 8;
const LEAST_PX = 140; // what is lower says too little

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

// spared: what stands under the plot and is not covered either, where there is any room beside it; null for nothing
export function dock(root, anchor, spared = null) {
  if (isSmall()) return root.removeAttribute("style");
  const box = anchor.getBoundingClientRect();
  const pageLeft = anchor.closest(".page-content")?.getBoundingClientRect().left ?? 0;
  const bottom = spared ? Math.max(box.bottom, spared.getBoundingClientRect().bottom) : box.bottom;
  const below = innerHeight - EDGE_PX - bottom - GAP_PX;
  const above = box.top - GAP_PX - EDGE_PX;
  root.style.maxHeight = "";
  const over = innerHeight - EDGE_PX - box.bottom - GAP_PX;
  if (spared && Math.max(above, below) < LEAST_PX && over > Math.max(above, 0)) return placeAtBottom(root, box, { pageLeft, room: over });
  const isBelow = root.offsetHeight <= below || below >= above;
  root.style.maxHeight = `${Math.max(isBelow ? below : above, 0)}px`;
  const { offsetWidth: width, offsetHeight: height } = root;
  moveTo(root, centerOn(box, width, pageLeft), isBelow ? bottom + GAP_PX : box.top - height - GAP_PX);
}

// Over the end of what stands under the plot, whose beginning stays in sight. room: pixels under the plot, more than 0
function placeAtBottom(root, box, { pageLeft, room }) {
  root.style.maxHeight = `${room}px`;
  moveTo(root, centerOn(box, root.offsetWidth, pageLeft), innerHeight - EDGE_PX - root.offsetHeight);
}

function centerOn(box, width, pageLeft) {
  const most = innerWidth - width - EDGE_PX;
  const least = pageLeft + EDGE_PX <= most ? pageLeft + EDGE_PX : EDGE_PX;
  return Math.max(least, Math.min(box.left + box.width / 2 - width / 2, most));
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
