// To the card of a tag, on whatever page, in whatever group it is.

import { Emitter } from "../emitter.js";
import { useEffect, useReducer } from "../react.js";
import { session } from "../session.js";
import { matchTags } from "./tag_match.js";

const SHOWN_MS = 1_600;

const emitter = new Emitter();
let goal = null; // {page: its name, tag}, until its card is in sight

// The page in sight, as goToCard takes it.
export function pageHere() {
  return { name: session.view.page, path: location.pathname };
}

// page: {name, path}; tag: a tag, or the id of a card. A filter that hides the tag is taken away; an expanded card is in full width.
export function goToCard(page, tag, { isExpanded = false } = {}) {
  goal = { page: page.name, tag };
  session.view.visit(page.path);
  const key = `${page.name}.filter`;
  matchTags(session.view.get(key), [tag]).then((found) => found.has(tag) || session.view.set({ [key]: "" }, { label: "tag filter" }));
  const cards = session.view.get(`${page.name}.card`);
  if (isExpanded && !cards.includes(tag)) session.view.set({ [`${page.name}.card`]: [...cards, tag] }, { label: "full width" });
  emitter.emit("goal");
}

// The tag to go to on a page, or null. reveal(tag) makes its card be drawn; it is called until the card is there.
export function useGoal(page, reveal) {
  const [, redraw] = useReducer((count) => count + 1, 0);
  useEffect(() => emitter.on("goal", redraw), []);
  const tag = goal?.page === page ? goal.tag : null;
  useEffect(() => {
    if (tag === null) return;
    const card = [...document.querySelectorAll(".card[data-card]")].find(({ dataset }) => dataset.card === tag || dataset.tags.split("\n").includes(tag));
    if (card) arrive(card);
    else reveal(tag);
  });
  return tag;
}

function arrive(card) {
  goal = null;
  card.scrollIntoView({ block: "center" });
  const plot = card.querySelector(".card-plot");
  plot.tabIndex = 0; // as its drawing will have it, once it is made
  plot.focus({ preventScroll: true });
  card.classList.add("is-goal");
  setTimeout(() => card.classList.remove("is-goal"), SHOWN_MS);
}
