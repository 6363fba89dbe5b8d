// A page of cards: groups by tag prefix, cards drawn when they come into view, kept up to date by the loader.

import { Boundary } from "./boundary.js";
import { cardHeights, cardKinds } from "./cards/index.js";
import { EmptyPage } from "./empty_page.js";
import { Card } from "./grid/card.js";
import { describeSelection } from "./grid/card_notes.js";
import { GridSkeleton } from "./grid/card_states.js";
import { useGoal } from "./grid/go_to_card.js";
import { groupTags } from "./grid/groups.js";
import { Loader } from "./grid/loader.js";
import { useMatches } from "./grid/tag_match.js";
import { formatAmount, formatCount } from "./format.js";
import { Icon, h, useDeferredValue, useEffect, useMemo, useReducer, useRef, useSession, useState } from "./react.js";
import { session } from "./session.js";
import { useViewOf } from "./use_view.js";

const RETRY_MS = 2_000;
const PAGE_SIZE = 60; // cards of a group put into the document at a time

// What it shows are keys of the page that has the name of the kind. Those of all grids are taken out here, the others
// are the kind's own options.
export default function CardGrid({ kind, empty }) {
  useSession(session, ["runs", "selection", "theme"]);
  const { filter: typed, closed, open, card: expanded, ...options } = useViewOf(kind);
  const filter = useDeferredValue(typed); // a keystroke is never late
  const tags = useTags(kind);
  const loader = useLoader(kind);
  useEffect(() => loader?.setOptions(options), [loader, JSON.stringify(options)]);

  const matches = useMatches(tags, filter);
  const groups = useMemo(() => groupTags(shownTags(tags, matches, expanded)), [tags, matches, session.selected, expanded.join("\n")]);
  const goal = useGoal(kind, (tag) => reveal(kind, groups, tags, tag));
  if (!loader || !session.isLoaded || tags === null || matches === null) return h("div", { className: "grid-page" }, h(GridSkeleton, { height: cardHeights[kind] }));
  if (session.runs.length === 0 || tags.size === 0) return h(EmptyPage, { empty, kind });
  if (groups.length === 0) return h(NothingShown, { filter, empty, kind });
  const selected = describeSelection();
  return h(
    "div",
    { className: "grid-page" },
    groups.map((group) => h(Group, { key: group.name, group, loader, kind, tags, selected, goal, isOpen: isOpen(group, { closed, open }), expanded })),
  );
}

// The loader of the kind, null until its module is there; a module that cannot be loaded is the page's failure.
function useLoader(kind) {
  const [loader, setLoader] = useState(null);
  const [error, setError] = useState(null);
  useEffect(() => {
    let made = null;
    let isCurrent = true;
    const make = ({ card }) => {
      if (!isCurrent) return;
      made = new Loader(card, session);
      setLoader(made);
    };
    cardKinds[kind]().then(make, setError);
    return () => {
      isCurrent = false;
      made?.close();
    };
  }, [kind]);
  if (error) throw error;
  return loader;
}

// The tags of the kind, kept up to date; null until they are known.
function useTags(kind) {
  const [tags, setTags] = useState(null);
  useEffect(() => {
    let isCurrent = true;
    let retry = null;
    const read = async () => {
      clearTimeout(retry);
      try {
        const found = await session.tags(kind);
        if (isCurrent) setTags(found);
      } catch (error) {
        session.emit("error", error);
        if (isCurrent) retry = setTimeout(read, RETRY_MS);
      }
    };
    setTags(null);
    if (session.isLoaded) read();
    const off = session.on("runs", read);
    return () => {
      isCurrent = false;
      clearTimeout(retry);
      off();
    };
  }, [kind]);
  return tags;
}

// Tags that the filter matches, of which a selected run has one, or that someone opened.
function shownTags(tags, matches, expanded) {
  if (!tags || !matches) return [];
  return [...tags].filter(([tag, runs]) => matches.has(tag) && (isSelected(runs) || (session.selected.size > 0 && expanded.includes(tag)))).map(([tag]) => tag);
}

function isSelected(runs) {
  for (const run of runs) if (session.selected.has(run)) return true;
  return false;
}

function NothingShown({ filter, empty, kind }) {
  if (session.selected.size === 0) {
    return h(
      "div",
      { className: "notice" },
      h("strong", null, "No run is selected"),
      h("button", { type: "button", className: "link", onClick: () => session.select((selection) => selection.all()) }, "Select all runs"),
    );
  }
  if (!filter) return h(EmptyPage, { empty, kind, isSelection: true });
  return h(
    "div",
    { className: "notice" },
    h("strong", null, "No tag matches ", h("code", null, filter), "."),
    h("button", { type: "button", className: "link", onClick: () => session.view.set({ [`${kind}.filter`]: "" }, { label: "tag filter" }) }, "Clear filter"),
  );
}

// The largest number so far: a card that was drawn for once stays.
function useFarthest(number) {
  const farthest = useRef(0);
  farthest.current = Math.max(farthest.current, number);
  return farthest.current;
}

// A group is called by its prefix, and that without one by the slash that ends no prefix.
const nameOf = (group) => group.name || "/";

function isOpen(group, { closed, open }) {
  return group.isClosedAtFirst ? open.includes(nameOf(group)) : !closed.includes(nameOf(group));
}

// Only what differs from how a group is at first stands in the view.
function toggleGroup(kind, group) {
  const key = group.isClosedAtFirst ? `${kind}.open` : `${kind}.closed`;
  toggle(key, nameOf(group), `group ${group.title}`);
}

function toggleCard(kind, tag) {
  toggle(`${kind}.card`, tag, "full width");
}

function toggle(key, name, label) {
  const names = session.view.get(key);
  const others = names.filter((one) => one !== name);
  session.view.set({ [key]: others.length < names.length ? others : [...names, name] }, { label });
}

// Has the card of a tag drawn: opens its group, or the card itself if no selected run has the tag.
function reveal(kind, groups, tags, tag) {
  const group = groups.find((one) => one.tags.some((member) => member.tag === tag));
  if (!group && tags?.has(tag) && !session.view.get(`${kind}.card`).includes(tag)) return toggleCard(kind, tag);
  const { closed, open } = session.view.ofPage(kind);
  if (group && !isOpen(group, { closed, open })) toggleGroup(kind, group);
}

function Group({ group, loader, kind, tags, selected, goal, isOpen, expanded }) {
  const [numAsked, showMore] = useReducer((count) => count + PAGE_SIZE, PAGE_SIZE);
  const numShown = Math.max(numAsked, useFarthest(group.tags.findIndex(({ tag }) => tag === goal) + 1));
  const cards = group.tags.slice(0, numShown);
  return h(
    "section",
    { className: isOpen ? "group" : "group is-closed" },
    h(
      "h2",
      { className: "group-head" },
      h(
        "button",
        { type: "button", "aria-expanded": isOpen, onClick: () => toggleGroup(kind, group) },
        h(Icon, { name: isOpen ? "chevron-down" : "chevron-right", size: 16 }),
        h("span", { className: "group-parent" }, group.parent),
        h("span", { className: "group-name" }, group.title),
        h("span", { className: "group-count" }, formatCount(group.tags.length)),
      ),
    ),
    isOpen &&
      h(
        "div",
        { className: "cards" },
        cards.map(({ tag, label }) =>
          h(
            Boundary,
            { key: tag, what: "card" },
            h(Card, {
              tag,
              label,
              loader,
              runs: tags.get(tag),
              selected: { ...selected, hasTag: isSelected(tags.get(tag)) },
              isExpanded: expanded.includes(tag),
              toggle: () => toggleCard(kind, tag),
            }),
          ),
        ),
      ),
    isOpen && cards.length < group.tags.length &&
      h("button", { type: "button", className: "link more", onClick: showMore }, `Show more of ${formatAmount(group.tags.length)} cards`),
  );
}
