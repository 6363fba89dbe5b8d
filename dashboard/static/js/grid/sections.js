// What a page of cards shows, from top to bottom: the pinned cards, then the groups of tags. A section is
//   {name: as in the view, icon, parent, title, cards, ancestors, numBelow, isClosedAtFirst}, a card
//   {id: names it on the page, tags: what it draws, parent and label: how it is called}.

import { groupTags, splitTag } from "./groups.js";

export const PINNED = "*pinned"; // no prefix of a tag that a program would log

// tags: those to show; pins: ids of cards, in order.
export function makeSections(tags, pins) {
  const pinned = pins.filter((tag) => tags.includes(tag));
  const others = tags.filter((tag) => !pinned.includes(tag));
  const groups = groupTags(others).map(({ tags: members, name, ...group }) => ({
    ...group,
    name: name || "/", // the slash ends no prefix
    icon: null,
    cards: members.map(({ tag, label }) => ({ id: tag, tags: [tag], parent: "", label })),
  }));
  return pinned.length > 0 ? [pinnedSection(pinned), ...groups] : groups;
}

function pinnedSection(pinned) {
  const cards = pinned.map((tag) => {
    const { parent, title } = splitTag(tag);
    return { id: tag, tags: [tag], parent, label: title };
  });
  return { name: PINNED, icon: "pin", parent: "", title: "Pinned", cards, ancestors: [], numBelow: cards.length, isClosedAtFirst: false };
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
