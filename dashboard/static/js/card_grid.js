// A page of cards: sections by tag prefix, cards drawn when they come into view, kept up to date by the loader.

import { cardKinds } from "./cards/index.js";
import { EmptyPage } from "./empty_page.js";
import { actionsOf, toggleName, useCardKeys } from "./grid/actions.js";
import { listCharts } from "./grid/charts.js";
import { describeSelection } from "./grid/card_notes.js";
import { GridSkeleton } from "./grid/card_states.js";
import { useGoal } from "./grid/go_to_card.js";
import { isPinned, useKeptPins } from "./grid/pins.js";
import { Section } from "./grid/section.js";
import { isOpen, sectionsInSight } from "./grid/sections.js";
import { isSelected, shownSections } from "./grid/shown_sections.js";
import { useLayouts } from "./grid/layouts.js";
import { useMatches } from "./grid/tag_match.js";
import { useLoader, useTags } from "./grid/use_loader.js";
import { h, useDeferredValue, useEffect, useMemo, useSession } from "./react.js";
import { session } from "./session.js";
import { useViewOf } from "./use_view.js";

// What it shows are keys of the page that has the name of the kind. Those of all grids are taken out here, the others
// are the kind's own options.
export default function CardGrid({ kind, empty }) {
  useSession(session, ["runs", "selection", "theme", "preference"]);
  useKeptPins(kind);
  const { filter: typed, closed, open, card: expanded, pin: pins, full, join, ...options } = useViewOf(kind);
  const filter = useDeferredValue(typed); // a keystroke is never late
  const tags = useTags(kind);
  const loader = useLoader(kind);
  useEffect(() => loader?.setOptions(options), [loader, JSON.stringify(options)]);

  const charts = useCharts(loader);
  const layouts = useLayouts(Boolean(loader?.kind.join));
  const names = useMemo(() => tags && new Map([...tags, ...titlesOf(charts, layouts)]), [tags, charts, layouts]);
  const matches = useMatches(names, filter);
  const asked = JSON.stringify([expanded, pins, full]);
  const sections = useMemo(() => (tags && matches ? shownSections({ tags, charts, layouts }, { matches, expanded, pins, full, join }) : []), [tags, matches, session.selected, asked, charts, layouts, join]);
  useEffect(() => loader?.expect(sectionsInSight(sections, { closed, open }).flatMap((section) => (isOpen(section, { closed, open }) ? section.cards : []))), [loader, sections, closed, open]);
  useCardKeys(kind, sections.flatMap(({ cards }) => cards));
  const goal = useGoal(kind, (tag) => reveal(kind, sections, tags, tag));
  if (!loader || !session.isLoaded || tags === null || matches === null) return h("div", { className: "grid-page" }, h(GridSkeleton, { height: cardKinds[kind].height }));
  if (session.runs.length === 0 || tags.size === 0) return h(EmptyPage, { empty, kind });
  if (sections.length === 0) return h(NothingShown, { filter, empty, kind });
  const selected = describeSelection();
  const describe = (card) => {
    const runs = runsOf(tags, card.tags);
    const state = { isExpanded: expanded.includes(card.id), isPinned: isPinned(card, pins), isFull: full === card.id };
    return { runs, selected: { ...selected, hasTag: isSelected(runs) }, ...state, actions: actionsOf(kind, card) };
  };
  return h(
    "div",
    { className: "grid-page" },
    sectionsInSight(sections, { closed, open }).map((section) =>
      h(Section, { key: section.name, section, sections, isOpen: isOpen(section, { closed, open }), toggle: () => toggleSection(kind, section), loader, goal, describe }),
    ),
  );
}

// The charts that people built, for a kind whose cards take several tags; the same list while none changes.
function useCharts(loader) {
  const charts = loader?.kind.join ? listCharts() : [];
  return useMemo(() => charts, [JSON.stringify(charts)]);
}

function titlesOf(charts, layouts) {
  return [...charts, ...layouts.flatMap((category) => category.charts)].map(({ title }) => [title]);
}

// Names of the runs that have one of the tags; whether a run has an expression only the server can tell.
function runsOf(tags, members) {
  if (members.some((tag) => tag.startsWith("="))) return new Set(session.runsByName.keys());
  if (members.length === 1) return tags.get(members[0]) ?? new Set();
  return new Set(members.flatMap((tag) => [...(tags.get(tag) ?? [])]));
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

function toggleSection(kind, section) {
  toggleName(section.isClosedAtFirst ? `${kind}.open` : `${kind}.closed`, section.name, `group ${section.title}`);
}

// Has the card of a tag drawn: opens the sections around it, or the card itself if no selected run has the tag.
function reveal(kind, sections, tags, tag) {
  const section = sections.find(({ cards }) => cards.some((card) => card.id === tag || card.tags.includes(tag)));
  if (!section && tags?.has(tag) && !session.view.get(`${kind}.card`).includes(tag)) return toggleName(`${kind}.card`, tag, "full width");
  const { closed, open } = session.view.ofPage(kind);
  const around = sections.filter((one) => one === section || section?.ancestors.includes(one.name));
  for (const one of around) if (!isOpen(one, { closed, open })) toggleSection(kind, one);
}
