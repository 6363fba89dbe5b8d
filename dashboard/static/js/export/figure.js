// Makes Plotly's figure of charts, as they are printed: light, with titles at the axes and one legend.

import { memberAlpha } from "../aggregates/draw_bands.js";
import { bandBeside, edgesOf } from "../aggregates/lines.js";
import { nameOf } from "../aggregates/words.js";
import { sayBare } from "../plot/bare.js";
import { rangeOfX, rangeOfY } from "../plot/ranges.js";
import { shownValues } from "../plot/nearest.js";
import { MAX_BY_RUN } from "../runs/colors.js";
import { METRIC } from "../view_codecs.js";

const SIZES = { one: [660, 360], many: [330, 210] }; // px of a chart without what is around it
const LEGEND = { rowPx: 30, signPx: 52, letterPx: 5.6, restPx: 20 }; // restPx: below it
const MARGINS = { l: 76, r: 28, t: 44, b: 60 };
const GAPS = { x: 84, y: 96 }; // px between charts, for titles and ticks
const MAX_COLUMNS = 3;
const TIMES = { s: [1, 180], min: [60, 10_800], h: [3_600, 259_200], d: [86_400, Infinity] }; // unit: [seconds, up to]
const INK = "#191a1f";
const ON_PAPER = { showarrow: false, xref: "paper", yref: "paper" };
const NO_TICKS = { showticklabels: false, ticks: "", showgrid: false };
const MARK_SHARE = 0.02; // of the x-axis, that a cross takes

// panels: as panels.js gives them; view: {xscale, y, clip, box} of the page, `range` of x or null, `key` of the colours
// → {data, layout, width, height}
export function makeFigure(panels, view) {
  const columns = Math.min(panels.length, MAX_COLUMNS);
  const rows = Math.ceil(panels.length / columns);
  const [chartWidth, chartHeight] = panels.length === 1 ? SIZES.one : SIZES.many;
  const inner = { width: columns * (chartWidth + GAPS.x) - GAPS.x, height: rows * (chartHeight + GAPS.y) - GAPS.y };
  const unit = unitOf(panels);
  const named = new Set(); // lines in the legend
  const parts = panels.map((panel, i) => makePanel(panel, { view, unit, named, id: i === 0 ? "" : String(i + 1), place: placeOf(i, columns, inner, [chartWidth, chartHeight]) }));
  const isMany = panels.some(({ lines }) => lines.length > MAX_BY_RUN);
  const dashes = [...new Map(panels.flatMap((panel) => panel.dashes).map((one) => [one.title, one])).values()];
  const legend = heightOfLegend([...(isMany ? (view.key?.values ?? []) : [...named].map((title) => ({ title }))), ...dashes].map(({ title }) => title), inner.width);
  const size = { width: inner.width + MARGINS.l + MARGINS.r, height: inner.height + MARGINS.t + MARGINS.b + legend };
  return {
    data: [...parts.flatMap(({ traces }) => traces), ...keyTraces(isMany ? view.key : null, inner), ...dashes.map(dashTrace)],
    layout: {
      ...Object.assign({}, ...parts.map(({ axes }) => axes)),
      annotations: parts.flatMap(({ texts }) => texts),
      font: { family: "Inter, Helvetica, Arial, sans-serif", size: 12, color: INK },
      paper_bgcolor: "#ffffff",
      plot_bgcolor: "#ffffff",
      margin: { ...MARGINS, b: MARGINS.b + legend, autoexpand: false },
      legend: { orientation: "h", x: 0, xanchor: "left", y: -MARGINS.b / inner.height, yanchor: "top", font: { size: 11 } },
      showlegend: true,
      ...size,
    },
    ...size,
  };
}

// The part of the picture that a chart takes, in shares of it: {x: [from, to], y: [from, to]}.
function placeOf(i, columns, inner, [width, height]) {
  const left = (i % columns) * (width + GAPS.x);
  const top = Math.floor(i / columns) * (height + GAPS.y);
  const share = (from, length, whole) => [Math.max(0, from / whole), Math.min(1, (from + length) / whole)];
  return { x: share(left, width, inner.width), y: share(inner.height - top - height, height, inner.height) };
}

// Plotly lays it out in rows, as words of a text.
function heightOfLegend(titles, width) {
  let [rows, filled] = [1, 0];
  for (const title of titles) {
    const length = title.length * LEGEND.letterPx + LEGEND.signPx;
    if (filled > 0 && filled + length > width) [rows, filled] = [rows + 1, 0];
    filled += length;
  }
  return rows * LEGEND.rowPx + LEGEND.restPx;
}

function makePanel(panel, { view, unit, named, id, place }) {
  const { lines, faint, axis } = panel;
  const all = [...lines, ...edgesOf(lines), ...faint];
  const zoom = view.range?.axis === axis ? view.range.bounds : null;
  const [low, high] = view.box.find(({ tag }) => tag === panel.id)?.bounds ?? rangeOfY(all, { zoom, isLog: view.y === "log", isClipped: view.clip === "middle", isDelta: panel.isDelta });
  const axes = { xaxis: `x${id}`, yaxis: `y${id}` };
  const bare = sayBare([...lines, ...faint], view.y === "log");
  const log = (bounds, isLog) => (isLog ? bounds.map(Math.log10) : bounds);
  const x = rangeOfX(all, zoom, view.xscale === "log");
  const draw = { axes, toX: scalerOf(axis, unit), floor: view.y === "log" ? low * (high / low) ** 0.02 : low + (high - low) * 0.02, named, isApart: spacing(log(x, view.xscale === "log"), view.xscale === "log") };
  return {
    traces: tracesOf(panel, draw),
    axes: {
      [`xaxis${id}`]: { ...axisLook(titleOfX(axis, unit)), domain: place.x, anchor: axes.yaxis, type: axis === "wall" ? "date" : view.xscale, range: axis === "wall" ? x.map(draw.toX) : log(x.map(draw.toX), view.xscale === "log") },
      [`yaxis${id}`]: { ...axisLook(titleOfY(panel)), domain: place.y, anchor: axes.xaxis, type: view.y, range: log([low, high], view.y === "log"), zeroline: panel.isDelta, zerolinecolor: INK, zerolinewidth: 2, ...(bare ? NO_TICKS : {}) },
    },
    texts: [headingOf(panel, place), ...(bare ? [wordsOf(bare, place)] : [])],
  };
}

function headingOf({ isDelta, title }, { x, y }) {
  return { ...ON_PAPER, text: `<b>${escape(isDelta ? `Δ ${title}` : title)}</b>`, x: x[0], y: y[1], xanchor: "left", yanchor: "bottom", yshift: 6 };
}

// Why no point has a place on the y-axis, over what marks them.
function wordsOf({ title, text }, { x, y }) {
  return { ...ON_PAPER, text: `<b>${title}</b><br>${text}`, x: (x[0] + x[1]) / 2, y: (y[0] + y[1]) / 2, xanchor: "center", yanchor: "middle", bgcolor: "#ffffff" };
}

function axisLook(title) {
  return { title: { text: escape(title), standoff: 6, font: { size: 12 } }, linecolor: "#8a8d98", linewidth: 1, ticks: "outside", tickcolor: "#8a8d98", gridcolor: "#ececef", zeroline: false, exponentformat: "SI", minexponent: 4 };
}

function titleOfX(axis, unit) {
  if (axis.startsWith(METRIC)) return axis.slice(METRIC.length);
  return { step: "Step", relative: `Time since the first point (${unit})`, wall: "Time (UTC)" }[axis];
}

function titleOfY({ title, lines }) {
  const group = lines[0]?.group;
  return group ? `${title}, ${nameOf(group.center, group.band)}` : title;
}

// Relative time has the unit that its span is told in.
function unitOf(panels) {
  if (panels.every(({ axis }) => axis !== "relative")) return "";
  const [, last] = rangeOfX(panels.flatMap(({ lines }) => lines), null);
  return Object.keys(TIMES).find((unit) => last < TIMES[unit][1]);
}

function scalerOf(axis, unit) {
  if (axis === "wall") return (x) => new Date(1000 * x).toISOString();
  return unit ? (x) => x / TIMES[unit][0] : (x) => x;
}

function tracesOf({ lines, faint }, draw) {
  const bands = lines.filter((line) => bandBeside(line)).map((line) => bandOf(line, draw));
  const isMany = lines.length > MAX_BY_RUN; // then as on the page: thin, without raw lines, and told by colour only
  const raw = !isMany ? lines.filter((line) => line.smoothed && !line.group) : [];
  return [
    ...bands,
    ...faint.map((line) => traceOf(line, shownValues(line), draw, { width: 1, opacity: memberAlpha(faint.length) })),
    ...raw.map((line) => traceOf(line, line.values, draw, { width: 1, opacity: 0.2 })),
    ...lines.map((line) => ({ ...traceOf(line, shownValues(line), draw, { width: widthOf(line, isMany), opacity: isMany && !line.run.isBaseline ? 0.5 : 1 }), ...(isMany ? {} : legendOf(line, draw.named)) })),
    ...lines.filter((line) => line.superseded.some(Boolean)).map((line) => traceOf(line, shownValues(line), draw, { width: 1.5, opacity: 0.38, isSuperseded: true })),
    ...[...lines, ...faint].filter((line) => line.x.nonFinite.length > 0).map((line) => marksOf(line, draw)),
  ];
}

function widthOf({ group, run }, isMany) {
  if (group || run.isBaseline) return 2;
  return isMany ? 1 : 1.5;
}

// What tells the colours of many lines: a legend of their values, or a bar of the ramp.
function keyTraces(key, inner) {
  const nothing = { type: "scatter", x: [null], y: [null], hoverinfo: "skip" };
  if (key?.values) return key.values.map(({ title, color }) => ({ ...nothing, mode: "lines", name: escape(title), line: { color, width: 2 }, showlegend: true }));
  if (!key?.ramp) return [];
  const colorbar = { orientation: "h", x: 0, xanchor: "left", y: -MARGINS.b / inner.height, yanchor: "top", len: 260, lenmode: "pixels", thickness: 8, title: { text: escape(key.title), side: "top" }, tickvals: [0, 1], ticktext: key.ends, outlinewidth: 0 };
  return [{ ...nothing, mode: "markers", marker: { color: [0], cmin: 0, cmax: 1, colorscale: key.ramp, showscale: true, colorbar }, showlegend: false }];
}

// What a dash says, in the legend.
function dashTrace({ title, dash }) {
  return { type: "scatter", x: [null], y: [null], hoverinfo: "skip", mode: "lines", name: escape(title), line: { color: INK, width: 1.5, dash: dashed(dash) }, showlegend: true };
}

function dashed(dash) {
  return dash.length > 0 ? dash.map((length) => `${length}px`).join(",") : "solid";
}

// One trace a line; it breaks between segments.
function traceOf({ segments, superseded, run, x: { points } }, values, { axes, toX }, { width, opacity, isSuperseded = false }) {
  const [x, y] = [[], []];
  segments.forEach((start, i) => {
    if (Boolean(superseded[i]) !== isSuperseded) return;
    if (x.length > 0) [x, y].forEach((column) => column.push(null));
    for (let at = start; at < (segments[i + 1] ?? values.length); at += 1) {
      x.push(toX(points[at]));
      y.push(values[at]);
    }
  });
  const dash = dashed(isSuperseded ? [3, 3] : run.dash);
  return { type: "scatter", mode: x.length === 1 ? "markers" : "lines", cliponaxis: x.length > 1, x, y, ...axes, line: { color: run.color, width, dash }, marker: { color: run.color, size: 5 }, opacity, showlegend: false, hoverinfo: "skip" };
}

// A run stands in the legend once, whatever charts it is on.
function legendOf({ title }, named) {
  if (named.has(title)) return { name: title, legendgroup: title };
  named.add(title);
  return { name: escape(title), legendgroup: title, showlegend: true };
}

function bandOf(line, { axes, toX }) {
  const { low, high } = bandBeside(line);
  const [x, y] = [[], []];
  const close = (from, to) => {
    if (to - from < 2) return;
    for (let i = from; i < to; i += 1) [x, y].forEach((column, isY) => column.push(isY ? high[i] : toX(line.x.points[i])));
    for (let i = to - 1; i >= from; i -= 1) [x, y].forEach((column, isY) => column.push(isY ? low[i] : toX(line.x.points[i])));
    [x, y].forEach((column) => column.push(null));
  };
  let from = 0;
  for (let i = 0; i <= low.length; i += 1) {
    if (i < low.length && !Number.isNaN(low[i])) continue;
    close(from, i);
    from = i + 1;
  }
  return { type: "scatter", mode: "lines", x, y, ...axes, fill: "toself", fillcolor: line.run.color, line: { width: 0, color: line.run.color }, opacity: 0.16, showlegend: false, hoverinfo: "skip" };
}

// → whether two positions are so far apart on the x-axis that marks there do not hide each other
function spacing([from, to], isLog) {
  const scale = isLog ? Math.log10 : (value) => value;
  return (one, other) => Math.abs(scale(one) - scale(other)) >= (to - from) * MARK_SHARE;
}

// NaN and Inf: crosses on the floor; of several that would hide each other the first.
function marksOf({ run, x: { nonFinite } }, { axes, toX, floor, isApart }) {
  const shown = [];
  for (const place of nonFinite) if (shown.length === 0 || isApart(place, shown.at(-1))) shown.push(place);
  return { type: "scatter", mode: "markers", cliponaxis: false, x: shown.map(toX), y: shown.map(() => floor), ...axes, marker: { symbol: "x-thin", size: 7, line: { color: run.color, width: 1.5 } }, showlegend: false, hoverinfo: "skip" };
}

// Plotly reads tags of HTML in its texts.
function escape(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
