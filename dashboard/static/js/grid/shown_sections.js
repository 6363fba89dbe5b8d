// The sections of a page of cards, of all tags and charts that there are.

import { session } from "../session.js";
import { makeSections } from "./sections.js";

// There is: {tags: Map(tag → Set of names of runs), charts: as listCharts gives them, layouts: as layouts.js reads them}.
// Wanted is: {matches: Set of tags and titles that the filter lets through, expanded, pins, full, join: values of the view}.
export function shownSections({ tags, charts, layouts }, { matches, expanded, pins, full, join }) {
  return makeSections({
    tags: shownTags(tags, matches, [...expanded, ...pins, full]),
    pins,
    isJoined: join === "on",
    charts: shownCharts(charts, matches),
    layouts: layouts.map(({ title, charts }) => ({ title, charts: shownCharts(charts, matches) })),
  });
}

// Tags that the filter matches, of which a selected run has one, or that someone asked for.
function shownTags(tags, matches, asked) {
  return [...tags].filter(([tag, runs]) => matches.has(tag) && (isSelected(runs) || (session.selected.size > 0 && asked.includes(tag)))).map(([tag]) => tag);
}

// Charts of which the filter matches the title or a tag.
function shownCharts(charts, matches) {
  if (session.selected.size === 0) return [];
  return charts.filter(({ title, tags }) => matches.has(title) || tags.some((tag) => matches.has(tag)));
}

// Whether one of the runs is.
export function isSelected(runs) {
  for (const run of runs) if (session.selected.has(run)) return true;
  return false;
}
