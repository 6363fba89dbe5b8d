// The charts of a picture, with all of their lines as they are on paper: from the server, at the width of the print.

import { selectedGroups } from "../aggregates/groups.js";
import { behindGroups, groupLines } from "../aggregates/lines.js";
import { wantedBaseline } from "../aggregates/follow.js";
import { card } from "../cards/scalars.js";
import { placePoints } from "../plot/nearest.js";
import { formatHparam } from "../format.js";
import { NUM_SLOTS, dashOf, paint, rampColor, slotColor } from "../runs/colors.js";

const PLACES = [0, 0.2, 0.4, 0.6, 0.8, 1]; // of the colours of a ramp
const COLUMNS = 2_000; // of which each keeps its extremes: finer than 300 dots per inch over the width of a page

// charts: [{title, tags}] → promise of {panels: [{title, lines, faint}], key}; of a line, `x` is placed and `title` names
// it; key: what the colours say of too many lines to be named one by one, {values: [{title, color}]},
// {ramp: [[place, color]], title, ends} or null.
export async function loadPanels(charts, session, isRetry = false) {
  const options = session.view.ofPage("scalars");
  const tags = [...new Set(charts.flatMap((chart) => chart.tags))];
  const { key: selection, runs } = await session.selectionKey();
  try {
    const { cards } = await card.load(tags, { selection, runs, since: 0, width: COLUMNS, signal: undefined, session, options });
    return onPaper(() => ({ panels: charts.map((chart) => makePanel(chart, cards, session, options)), key: keyOf(session.comparison.coloring) }));
  } catch (error) {
    if (error.status !== 404 || isRetry) throw error;
    session.forgetSelectionKey();
    return loadPanels(charts, session, true);
  }
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

function makePanel({ title, tags }, cards, session, options) {
  const known = tags.filter((tag) => cards.has(tag));
  const parts = known.map((tag) => linesOf(cards.get(tag), session, options));
  const name = (i, line) => (known.length > 1 ? { ...line, title: `${line.title} · ${known[i]}`, run: { ...line.run, dash: dashOf(i * NUM_SLOTS) } } : line);
  return {
    title,
    isDelta: parts.some(({ lines }) => lines.some(({ baseline }) => baseline)),
    lines: parts.flatMap(({ lines }, i) => lines.map((line) => name(i, line))),
    faint: parts.flatMap(({ faint }) => faint),
  };
}

function linesOf({ series, aggregates }, session, { x: axis, smoothing, members }) {
  const runs = session.selectedRuns.map((run) => ({ ...run }));
  paint(runs, { selected: session.selected, scheme: session.comparison.scheme });
  const byName = new Map(series.map((one) => [one.name, one]));
  const single = runs.filter(({ name }) => byName.has(name)).map((run) => makeLine(byName.get(run.name), run, smoothing));
  const groups = selectedGroups(session);
  const curves = new Map(aggregates.map((one) => [one.key, one]));
  const grouped = groupLines(curves, { groups, described: session.groups, members: single, axis, baseline: wantedBaseline(session) });
  const faint = grouped && members !== "off" ? behindGroups(single, grouped, groups) : [];
  const place = (line) => ({ ...line, x: placePoints(line.source, axis), title: titleOf(line, session.comparison) });
  return { lines: (grouped ?? baselineLast(single)).map(place), faint: faint.map(place) };
}

function makeLine(series, run, smoothing) {
  return { ...series, run, source: series, smoothed: smoothing ? series.smoothed : null };
}

function baselineLast(lines) {
  return [...lines.filter(({ run }) => !run.isBaseline), ...lines.filter(({ run }) => run.isBaseline)];
}

// A run is told by what it differs in, and where that is nothing, by its name.
function titleOf({ run, group }, comparison) {
  const differences = group ? "" : comparison.describe(run.name);
  const title = differences ? `${differences} (${run.label})` : run.label;
  return run.isBaseline ? `${title}, baseline` : title;
}
