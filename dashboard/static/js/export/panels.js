// The charts of a picture, with all of their lines as they are on paper: from the server, at the width of the print.

import { selectedGroups } from "../aggregates/groups.js";
import { axisOf } from "../cards/axes.js";
import { linesOfChart, shownTags } from "../cards/lines.js";
import { card } from "../cards/scalars.js";
import { shortTags, tagDash } from "../cards/tag_lines.js";
import { placePoints } from "../plot/nearest.js";
import { formatHparam } from "../format.js";
import { paint, rampColor, slotColor } from "../runs/colors.js";

const PLACES = [0, 0.2, 0.4, 0.6, 0.8, 1]; // of the colours of a ramp
const MAX_TAGS = 200; // of one request
const COLUMNS = 2_000; // of which each keeps its extremes: finer than 300 dots per inch over the width of a page

// charts: [{id, title, tags, bands}] → promise of {panels: [{id, title, axis, dashes, lines, faint}], key}; of a line, `x` is placed and `title` names
// it; key: what the colours say of too many lines to be named one by one, {values: [{title, color}]},
// {ramp: [[place, color]], title, ends} or null.
export async function loadPanels(charts, session, isRetry = false) {
  const options = session.view.ofPage("scalars");
  const { key: selection, runs } = await session.selectionKey();
  try {
    const load = async (axis) => {
      const tags = [...new Set(charts.filter((chart) => axisOf(options, chart.tags) === axis).flatMap((chart) => chart.tags))];
      const parts = await Promise.all(inParts(tags).map((part) => card.load(part, { selection, runs, since: 0, width: COLUMNS, signal: undefined, session, options: { ...options, x: axis } })));
      return [axis, new Map(parts.flatMap((part) => [...part.cards]))];
    };
    const axes = new Set(charts.map((chart) => axisOf(options, chart.tags)));
    const cards = new Map(await Promise.all([...axes].map(load))); // axis → tag → what came of it
    return onPaper(() => ({ panels: charts.map((chart) => makePanel(chart, cards, session, options)), key: keyOf(session.comparison.coloring) }));
  } catch (error) {
    if (error.status !== 404 || isRetry) throw error;
    session.forgetSelectionKey();
    return loadPanels(charts, session, true);
  }
}

// As many tags as the server takes at once.
function inParts(tags) {
  return Array.from({ length: Math.ceil(tags.length / MAX_TAGS) }, (_, i) => tags.slice(i * MAX_TAGS, (i + 1) * MAX_TAGS));
}

// Colours of the light theme, whatever the page has: they are looked up before the browser draws again.
function onPaper(make) {
  const { dataset } = document.documentElement;
  const { theme } = dataset;
  dataset.theme = "light";
  try {
    return make();
  } finally {
    dataset.theme = theme;
  }
}

function keyOf({ kind, name, values, low, high }) {
  if (kind === "values") return { values: values.map(({ label, slot }) => ({ title: `${name} ${label}`, color: slotColor(slot) })) };
  if (kind !== "ramp") return null;
  return { ramp: PLACES.map((place) => [place, rampColor(place)]), title: name, ends: [low, high].map(formatHparam) };
}

function makePanel(chart, cards, session, options) {
  const { smoothing, members } = options;
  const axis = axisOf(options, chart.tags);
  const runs = session.selectedRuns.map((run) => ({ ...run }));
  paint(runs, { selected: session.selected, scheme: session.comparison.scheme });
  const seen = { runs, groups: selectedGroups(session), described: session.groups };
  const { drawn, behind } = linesOfChart(chart, indexed(cards.get(axis)), seen, { axis, smoothing });
  const place = (line) => ({ ...line, x: placePoints(line.source, axis), title: titleOf(line, session) });
  return {
    id: chart.id,
    title: chart.title,
    axis,
    dashes: dashesOf(chart),
    isDelta: drawn.some(({ baseline }) => baseline),
    lines: drawn.map(place),
    faint: members === "off" ? [] : behind.map(place),
  };
}

// What tells the tags of a chart apart: [{title, dash}]; of one tag nothing.
function dashesOf(chart) {
  const tags = shownTags(chart);
  return tags.length > 1 ? shortTags(tags).map((title, i) => ({ title, dash: tagDash(i) })) : [];
}

// What came of each tag, by the names of runs and the keys of groups.
function indexed(cards) {
  const by = (list, name) => new Map(list.map((one) => [one[name], one]));
  const found = [...cards];
  return { series: new Map(found.map(([tag, { series }]) => [tag, by(series, "name")])), aggregates: new Map(found.map(([tag, { aggregates }]) => [tag, by(aggregates, "key")])) };
}

// A run is told by what it differs in, and where that is nothing, by its name; the same on all tags of a chart.
function titleOf({ run, group }, session) {
  const label = group ? run.name : session.labelOf(run.name);
  const differences = group ? "" : session.comparison.describe(run.name);
  const title = differences ? `${differences} (${label})` : label;
  return run.isBaseline ? `${title}, baseline` : title;
}
