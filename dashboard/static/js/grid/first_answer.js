// What the first cards of a page need, asked for before the page stands: its answer is there when they are. Which cards
// those are, and how wide, is seen on a page of empty boxes that nobody sees.

import { cardKinds } from "../cards/index.js";
import { preference } from "../preferences.js";
import { session } from "../session.js";
import { listCharts } from "./charts.js";
import { isOpen, sectionsInSight } from "./sections.js";
import { shownSections } from "./shown_sections.js";
import { matchTags } from "./tag_match.js";

const MAX_CARDS = 60;
const FOR_MS = 10_000; // that an answer is kept for cards that do not come

let first = null; // {kind, tags: Set, context, answer: promise, end}

// Whether it was asked for what a card of some tags shows.
export function isAskedFor(kind, tags) {
  return first?.kind === kind && tags.every((tag) => first.tags.has(tag));
}

// The answer to what is to be asked now, once: a promise like that of the kind's `load`; null if it was not asked for.
export function takeFirst(kind, tags, context) {
  if (!isAskedFor(kind, tags) || describe(first.context) !== describe(context)) return null;
  const { answer, end } = first;
  end();
  return answer;
}

function describe({ selection, since, width, options }) {
  return JSON.stringify([selection, since, width, Object.entries(options).sort()]);
}

async function ask(page) {
  const kind = cardKinds[page];
  const { filter, closed, open, card: expanded, pin, full, join, ...options } = session.view.ofPage(page);
  const tags = await session.tags(page);
  const { key: selection, runs } = await session.selectionKey();
  const charts = kind.join ? listCharts() : [];
  const matches = await matchTags(filter, [...tags.keys(), ...charts.map(({ title }) => title)]);
  const pins = pin.length > 0 ? pin : preference(`${page}.pin`);
  const sections = shownSections({ tags, charts, layouts: [] }, { matches, expanded, pins, full, join });
  const opened = sectionsInSight(sections, { closed, open }).map((section) => (isOpen(section, { closed, open }) ? section.cards : []));
  await kind.whenReady?.();
  const { width, own, cards } = seeFirst(opened, kind, options);
  const wanted = [...new Set(cards.flatMap((card) => card.tags))];
  if (wanted.length === 0 || wanted.some((tag) => tag.startsWith("="))) return;
  const aborting = new AbortController();
  const context = { selection, runs, since: 0, width, signal: aborting.signal, session, options: { ...options, ...own } };
  const end = () => {
    offs.forEach((off) => off());
    first = null;
  };
  const refuse = () => {
    end();
    aborting.abort();
  };
  const timer = setTimeout(refuse, FOR_MS);
  const offs = [session.on("range", refuse), session.on("server", refuse), kind.follow?.(session, refuse), () => clearTimeout(timer)].filter(Boolean);
  const answer = kind.load(wanted, context);
  answer.catch(() => {}); // whoever takes it hears of that
  first = { kind, tags: new Set(wanted), context, answer, end };
}

// → {width: of a plot, cards: those in view that are of it, and have the options of their own that the first has: own}
function seeFirst(sections, kind, options) {
  const page = box("shell is-measured");
  page.append(box("top"), box("page"));
  const grid = page.lastChild.appendChild(box("page-content"));
  grid.append(box("toolbar"), box("grid-page"));
  const boxes = [];
  for (const cards of sections) {
    const group = grid.lastChild.appendChild(box("group"));
    group.append(box("skeleton-head"), box("cards"));
    for (const card of cards.slice(0, MAX_CARDS)) {
      const made = group.lastChild.appendChild(box("card"));
      made.style.setProperty("--card-height", `${kind.height}px`);
      made.append(box("card-head"), box("card-values"), box("card-plot"));
      boxes.push({ card, made });
    }
    if (boxes.length >= MAX_CARDS) break;
  }
  document.body.append(page);
  const seen = boxes.filter(({ made }) => made.getBoundingClientRect().top < innerHeight);
  const width = seen[0]?.made.lastChild.clientWidth ?? 0;
  page.remove();
  const ownOf = ({ tags }) => kind.ownOptions?.(options, tags) ?? {};
  const [own] = seen.map(({ card }) => ownOf(card));
  return { width, own, cards: seen.map(({ card }) => card).filter((card) => JSON.stringify(ownOf(card)) === JSON.stringify(own)) };
}

function box(className) {
  const element = document.createElement("div");
  element.className = className;
  return element;
}

// Once the runs are known. While the server still reads they are others a moment later.
function begin() {
  off();
  const { page } = session.view;
  if (cardKinds[page] && session.isSettled) ask(page).catch(() => {}); // the cards ask themselves then, and say so
}

const off = session.on("runs", begin);
if (session.isLoaded) begin();
