// What a page of cards shows, from top to bottom: pinned cards, charts that people built, those that programs laid out,
// the groups of tags. A section is
//   {name: as in the view, icon, parent, title, cards, ancestors, numBelow, isClosedAtFirst}, a card
//   {id: names it on the page, title, tags: what it draws, bands: [{value, lower, upper}] of a margin chart, parent and
//   label: how it is called there, isOfTag, chart: as people built it, else null}.

import { groupTags, splitTag } from "./groups.js";
import { findPairs } from "./pairs.js";

// No prefixes of tags that a program would log.
const PINNED = "*pinned";
const CHARTS = "*charts";
const LAYOUT = "*layout:"; // before the title of a category

// tags: those to show; pins: ids of cards, in order; isJoined: whether training and evaluation of a metric share a card;
// charts: [{id, title, tags}] that people built; layouts: as layouts.js reads them.
export function makeSections({ tags, pins, isJoined = false, charts = [], layouts = [] }) {
  const pairs = isJoined ? findPairs(tags) : new Map();
  const evals = new Set([...pairs.values()].flat());
  const singles = tags.filter((tag) => !evals.has(tag));
  const laidOut = layouts.flatMap((category) => category.charts);
  const cards = new Map([...charts.map((chart) => chartCard(chart, chart)), ...laidOut.map((chart) => chartCard(chart, null))].map((card) => [card.id, card]));
  for (const tag of singles) cards.set(tag, tagCard(tag, [...(pairs.get(tag) ?? []), tag])); // what is solid comes first
  const pinned = [...new Set(pins.map((id) => findCard(cards, id)).filter(Boolean))];
  const isFree = (id) => !pinned.some((card) => card.id === id);
  const freeOf = (list) => list.filter(({ id }) => isFree(id)).map(({ id }) => cards.get(id));
  return [
    extraSection(PINNED, { icon: "pin", title: "Pinned", cards: pinned.map(withParent) }),
    extraSection(CHARTS, { icon: "chart-line", title: "Charts", cards: freeOf(charts) }),
    ...layouts.map((category) => extraSection(LAYOUT + category.title, { icon: "stack-2", title: category.title, cards: freeOf(category.charts) })),
    ...groupTags(singles.filter(isFree)).map(({ tags: members, name, ...group }) => ({
      ...group,
      name: name || "/", // the slash ends no prefix
      icon: null,
      cards: members.map(({ tag, label }) => ({ ...cards.get(tag), label })),
    })),
  ].filter(({ numBelow }) => numBelow > 0);
}

function tagCard(tag, members) {
  return { id: tag, title: members.length > 1 ? members.join(", ") : tag, tags: members, parent: "", label: tag, bands: [], isOfTag: true, chart: null };
}

function chartCard({ id, title, tags, bands = [] }, chart) {
  return { id, title, tags, parent: "", label: title, bands, isOfTag: false, chart };
}

// A tag of evaluation may have joined the card of another.
function findCard(cards, id) {
  return cards.get(id) ?? [...cards.values()].find((card) => card.isOfTag && card.tags.includes(id));
}

// As it is called away from its group.
function withParent(card) {
  if (!card.isOfTag) return card;
  const { parent, title } = splitTag(card.id);
  return { ...card, parent, label: title };
}

function extraSection(name, { icon, title, cards }) {
  return { name, icon, parent: "", title, cards, ancestors: [], numBelow: cards.length, isClosedAtFirst: false };
}

// Only what differs from how a section is at first stands in the view.
export function isOpen(section, { closed, open }) {
  return section.isClosedAtFirst ? open.includes(section.name) : !closed.includes(section.name);
}

// Sections that are not inside of a closed one.
export function sectionsInSight(sections, view) {
  const shut = new Set(sections.filter((section) => !isOpen(section, view)).map(({ name }) => name));
  return sections.filter(({ ancestors }) => !ancestors.some((name) => shut.has(name)));
}
