// A card of curves: one line a run.

import { followCurves, wantedBaseline } from "../aggregates/follow.js";
import { selectedGroups } from "../aggregates/groups.js";
import { loadAggregates } from "../aggregates/load.js";
import { exportItems } from "../export/items.js";
import { formatAmount, formatCount, formatDelta, formatValue } from "../format.js";
import { LinePlot } from "../plot/line_plot.js";
import { dragItems } from "../plot/next_drag.js";
import { swatchBackground } from "../runs/colors.js";
import { directionOf, makeDirectionSign, toneOf, whenDeclared } from "../runs/metrics.js";
import { METRIC } from "../view_codecs.js";
import { decodeSeries } from "../wire.js";
import { ownAxis } from "./axes.js";
import { explainBad } from "./first_bad.js";
import { isWhole, linesOfChart, shownTags } from "./lines.js";
import { describeLook } from "./look.js";
import { findMissing } from "./missing.js";
import { makeTagKeys } from "./tag_lines.js";

const NUM_VALUES = 3;
const POINT_BYTES = 16; // made of it, beside the answer
const SERIES_BYTES = 1_000;
const WORDS = ["NaN", "+Inf", "−Inf"];

function paramsOf(tags, { selection, since, width, session, options }) {
  const [start, stop] = session.range?.axis === options.x ? session.range.bounds : [];
  const params = { selection, tag: tags, x: options.x ?? "step", width, start, stop };
  const baseline = wantedBaseline(session);
  if (baseline) params.baseline = baseline;
  if (since) params.since = since;
  if (options.xscale === "log") params.columns = "log";
  if (options.smoothing) params.smoothing = options.smoothing;
  return params;
}

// Has the server make ready what `load` would ask for.
function prepare(tags, context) {
  return context.session.getHead("data/series", paramsOf(tags, context), context.signal);
}

async function load(tags, context) {
  const { runs, signal, session, options } = context;
  const params = paramsOf(tags, context);
  const { x, start, stop, baseline } = params;
  const [buffer, grouped] = await Promise.all([session.getBuffer("data/series", params, signal), loadAggregates(tags, params, { session, signal, options })]);
  const { version, series } = decodeSeries(buffer);
  const cards = new Map();
  for (const one of series) {
    const tag = tags[one.tag];
    if (!cards.has(tag)) cards.set(tag, { series: [], aggregates: (grouped.curves.get(tag) ?? []).map((curve) => ({ ...curve, tagName: tag })) });
    cards.get(tag).series.push({ ...one, axis: x, tagName: tag, name: runs[one.run], range: start === undefined ? null : [start, stop], weight: options.smoothing, baseline });
  }
  return { version: Math.min(version, grouped.version), cards };
}

function join(list) {
  return { series: list.flatMap(({ series }) => series), aggregates: list.flatMap(({ aggregates }) => aggregates) };
}

// What it costs to keep data: {buffers: of their columns, which others may share, numBytes: beside them}.
function weigh({ series, aggregates }) {
  const columns = [...series, ...aggregates].map(({ values }) => values);
  return { buffers: new Set(columns.map(({ buffer }) => buffer)), numBytes: columns.reduce((sum, { length }) => sum + SERIES_BYTES + POINT_BYTES * length, 0) };
}

// later(draw): has it drawn after the next frame, once, whatever else asks for it until then
// setBare(isBare, hasLines): whether it draws no point, though it has an answer
function mount(parts, { id, title, tags, bands, session, options, later, setBare }) {
  let series = emptyFor(tags); // tag → run → its decoded series
  let aggregates = emptyFor(tags); // tag → key of a group → its curve
  let isGiven = false; // before the first answer there is nothing to draw, nor to say
  let current = options;
  let drawnRuns = []; // their names
  let drawn = { lines: [], inFront: [], look: null }; // look: null while it is to be drawn anew
  const shown = shownTags({ tags, bands });
  const plot = new LinePlot(parts.plot, session, { id, title, tags, options });
  const writeBadges = () => {
    const log = current.y === "log" ? make("span", "card-scale", "log") : null;
    parts.badges.replaceChildren(...[makeDirectionSign(directionOf(shown)), makeAxisSign(current), log].filter(Boolean), ...makeTagKeys(shown));
  };
  writeBadges();

  const shownRuns = () => session.selectedRuns.filter(({ name }) => shown.some((tag) => series.get(tag).has(name)));
  const draw = () => {
    drawnRuns = shownRuns().map(({ name }) => name);
    const seen = { runs: session.selectedRuns, groups: selectedGroups(session), described: session.groups };
    const { lines, drawn: inFront, behind } = linesOfChart({ tags, bands }, { series, aggregates }, seen, { axis: plot.axis, smoothing: current.smoothing });
    plot.setLines(inFront, behind);
    drawn = { lines, inFront, look: describeLook() };
    return writeTexts;
  };
  const writeTexts = () => {
    const { lines, inFront } = drawn;
    const best = sortedByLast(inFront, directionOf(shown));
    writeValues(parts.values, best, session.comparison);
    writeFoot(parts.foot, lines, { session, isLog: current.y === "log", numOutside: current.clip === "middle" ? plot.countOutside() : 0, baseline: session.runNamed(lines[0]?.baseline) });
    describe(parts, title, inFront, best);
    setBare(lines.every(({ range, numTotal }) => !range && numTotal === 0), lines.length > 0);
  };
  const redraw = () => {
    drawn.look = null;
    if (isGiven) later(draw);
  };
  const restyle = () => {
    writeBadges();
    if (!isGiven) return;
    if (describeLook() !== drawn.look) redraw();
    else later(() => writeTexts);
  };
  const offs = [session.on("theme", redraw), session.on("style", restyle)];

  return {
    update(data = { series: [], aggregates: [] }, { isPartial = false } = {}) {
      isGiven = true;
      if (!isPartial) [series, aggregates] = [emptyFor(tags), emptyFor(tags)];
      for (const one of data.series) series.get(one.tagName).set(one.name, one);
      for (const one of data.aggregates) aggregates.get(one.tagName).set(one.key, one);
      redraw();
    },
    hold: () => ({ series: flatten(series), aggregates: flatten(aggregates) }),
    reselect() {
      const wanted = shownRuns();
      if (wanted.length !== drawnRuns.length || wanted.some(({ name }, i) => name !== drawnRuns[i])) redraw();
    },
    holdsAll({ x: axis }) {
      if (session.range || selectedGroups(session)?.length > 0) return false;
      const held = flatten(series);
      return held.length > 0 && held.every((one) => isWhole(one, axis ?? "step")); // what has none on one axis may have some on another
    },
    resize: (width, height) => plot.resize(width, height),
    setInView: (isInView) => plot.setInView(isInView),
    setOptions(changed) {
      current = changed;
      writeBadges();
      plot.setOptions(changed);
      redraw();
    },
    destroy() {
      offs.forEach((off) => off());
      plot.destroy();
    },
  };
}

// What a card is drawn over because its runs say so; null if they do not.
function makeAxisSign({ x, isDeclared }) {
  if (!isDeclared) return null;
  const metric = x.slice(METRIC.length);
  const sign = make("span", "card-axis", `over ${metric}`);
  sign.title = `x-axis: ${metric}, as the runs declare it. Step in the toolbar shows steps.`;
  return sign;
}

function emptyFor(tags) {
  return new Map(tags.map((tag) => [tag, new Map()]));
}

function flatten(maps) {
  return [...maps.values()].flatMap((inner) => [...inner.values()]);
}

// Lines by their last values, the best first: the lowest, if no direction is declared. What is not finite is never best.
function sortedByLast(lines, direction) {
  const sign = direction === "max" ? -1 : 1;
  const last = lines.filter((line) => line.numTotal > 0 && !(line.baseline && line.run.isBaseline)).map((line) => ({ line, value: line.lastValue }));
  return last.sort((a, b) => Number.isFinite(b.value) - Number.isFinite(a.value) || sign * (a.value - b.value) || 0);
}

const written = new WeakMap(); // element → what it holds, as text

// Whether an element holds something else so far.
function isNews(element, text) {
  const isOther = written.get(element) !== text || element.childElementCount === 0;
  written.set(element, text);
  return isOther;
}

function writeValues(element, last, comparison) {
  const best = last.slice(0, NUM_VALUES).map(({ line, value }) => ({ line, value, title: `${describeRun(line.run, comparison)}: last value ${value}`, background: swatchBackground(line.run), tone: line.baseline ? toneOf(line.tagName, value) : null }));
  if (!isNews(element, JSON.stringify([last.length, best.map(({ line, title, background, tone }) => [title, background, tone, Boolean(line.baseline)])]))) return;
  const nodes = best.map(({ line, value, title, background, tone }) => {
    const item = make("span", `card-value${Number.isFinite(value) ? "" : " is-bad"}${tone ? ` is-${tone}` : ""}`);
    const swatch = make("span", "swatch");
    swatch.style.background = background;
    item.title = title;
    item.append(swatch, write(line, value));
    return item;
  });
  if (last.length > NUM_VALUES) nodes.push(make("span", "more", `+${last.length - NUM_VALUES}`));
  element.replaceChildren(...nodes);
}

// A value, or the difference that it is.
function write({ baseline }, value) {
  return baseline ? formatDelta(value) : formatValue(value);
}

// Its name, and what tells it from the others.
function describeRun({ name }, comparison) {
  const differences = comparison.describe(name);
  return differences ? `${name} (${differences})` : name;
}

// What a screen reader says of the card: its title, best value, its run.
function describe({ root }, title, lines, [best]) {
  const isDelta = lines.some(({ baseline }) => baseline);
  root.toggleAttribute("data-delta", isDelta);
  root.setAttribute("aria-label", best ? `${isDelta ? "Δ " : ""}${title}, ${write(best.line, best.value)}, ${best.line.run.name}` : title);
}

function writeFoot(element, lines, { session, isLog, numOutside, baseline }) {
  const total = lines.reduce((sum, line) => sum + line.numTotal, 0);
  const drawn = lines.reduce((sum, line) => sum + line.values.length + line.nonFinite.kinds.length, 0);
  const isZoomed = lines.some(({ range }) => range);
  const points = make("span", "", sayPoints(drawn, total, isZoomed));
  points.title = "All points are kept. The picture shows the extremes of every pixel column.";
  const notes = [points];
  if (isLog && lines.some((line) => line.values.some((value) => value <= 0))) notes.push(make("span", "", "≤ 0 not drawn"));
  notes.push(...unplacedNote(lines));
  if (numOutside > 0) notes.push(outsideNote(numOutside, drawn));
  if (baseline) notes.push(deltaNote(baseline));
  notes.push(...nonFiniteNote(lines, session)); // which can be pressed, after what can't
  const html = notes.map(({ outerHTML }) => outerHTML).join("");
  if (!isNews(element, html)) return; // what has the focus keeps it
  element.replaceChildren(...notes);
}

function sayPoints(numDrawn, numTotal, isZoomed) {
  if (numTotal === 0 && isZoomed) return "no point in this range";
  if (numTotal > numDrawn) return `${formatCount(numDrawn)} of ${formatAmount(numTotal)} points`;
  return numTotal === 1 ? "1 point" : `all ${formatCount(numTotal)} points`;
}

function deltaNote(baseline) {
  const note = make("span", "", `Δ to ${baseline.shortLabel}`);
  note.title = `Each value less that of ${baseline.name}, which is interpolated at the run's own steps. No points where it has none.`;
  return note;
}

// The newest points may wait for the metric that they are drawn over.
function unplacedNote(lines) {
  const count = lines.reduce((sum, line) => sum + line.numUnplaced, 0);
  if (count === 0) return [];
  const metric = lines[0].axis.slice(METRIC.length);
  const note = make("span", "", `${formatCount(count)} without ${metric}`);
  note.title = `Not drawn: ${formatCount(count)} points, before the first or after the last step at which their run logs ${metric}. They are once it is known there.`;
  return [note];
}

function outsideNote(numOutside, numDrawn) {
  const note = make("span", "", `${formatCount(numOutside)} outside`);
  note.title = `Of ${formatCount(numDrawn)} drawn points ${formatCount(numOutside)} lie beyond the y-axis. Nothing is removed from tables or statistics.`;
  return note;
}

// Of several kinds the sum, so that what else the foot says has room; how many there are of each is in the title.
function nonFiniteNote(lines, session) {
  const kinds = WORDS.map((word, kind) => ({ word, kind, count: lines.reduce((sum, line) => sum + line.counts[kind], 0) })).filter(({ count }) => count > 0);
  if (kinds.length === 0) return [];
  const note = make("button", "is-bad");
  const total = kinds.reduce((sum, { count }) => sum + count, 0);
  note.append(make("span", "icon icon-alert-triangle is-12"), `${formatCount(total)} `, make("span", "card-foot-word", kinds.length > 1 ? "NaN or Inf" : kinds[0].word));
  const hits = kinds.map(({ kind }) => firstWith(lines, kind));
  const firsts = hits.map(({ run, firstSteps }, i) => `First in ${run.shortLabel} at step ${formatCount(firstSteps[kinds[i].kind])}`);
  note.title = kinds.length > 1 ? kinds.map(({ word, count }, i) => `${formatCount(count)} ${word}. ${firsts[i]}`).join("\n") : firsts[0];
  explainBad(note, { session, run: hits[0].run, tag: hits[0].tagName });
  return [note];
}

function firstWith(lines, kind) {
  return lines.filter((line) => line.counts[kind] > 0).sort((a, b) => a.firstSteps[kind] - b.firstSteps[kind])[0];
}

function make(name, className, text = "") {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}

export const card = { height: 238, localOptions: ["y", "clip", "box", "members", "isDeclared"], previewedOptions: ["smoothing"], keepsRuns: true, ownOptions: ownAxis, whenReady: whenDeclared, follow: followCurves, tools: dragItems, exports: exportItems, explain: findMissing, load, prepare, join, weigh, mount };
