// Draws lines into a plot: whole, dashed where superseded, with marks for single points, NaN and Inf.

import { drawBands, memberAlpha } from "../aggregates/draw_bands.js";
import { MAX_BY_RUN } from "../runs/colors.js";
import { indexAt, shownValues } from "./nearest.js";
import * as raster from "./raster.js";
import { themeColor, themeNumber } from "./theme.js";

const SINGLE_POINT_PX = 5;
const MARK_PX = 4;
const STRETCH_PX = 16; // marks nearer to each other are of one stretch
const BLEED_PX = 4; // lines at the edge of the plot are whole

// All lines, on uPlot's canvas (device pixels); those of `faint` behind the others. `underlay` is a KeptPicture of this plot.
export function drawLines(plot, lines, { faint, underlay }) {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const place = placer(plot, true);
  const isMany = lines.length > MAX_BY_RUN; // then without raw lines, thin, and where many meet denser
  const usual = { width: themeNumber(isMany ? "--lw-many" : "--lw") * ratio, alpha: isMany ? themeNumber("--many-alpha") : 1 };
  const group = { width: themeNumber("--lw-group") * ratio, alpha: 1 };
  const baseline = { width: themeNumber("--lw-baseline") * ratio, alpha: 1 };
  clip(ctx, bbox, { beside: 0 });
  drawBands(ctx, lines, place);
  if (lines.some((line) => line.baseline)) drawZero(ctx, bbox, place, baseline.width);
  const top = Math.round(bbox.top - BLEED_PX * ratio);
  const [width, height] = [Math.ceil(bbox.width), Math.ceil(bbox.height + 2 * BLEED_PX * ratio)];
  const toPicture = picturePlacer(place, bbox.left, top);
  raster.begin(width, height);
  const raw = isMany ? [] : lines.filter((line) => line.smoothed && !line.group);
  const drawBehind = () => {
    for (const line of faint) rasterSegments(line, shownValues(line), toPicture, { width: ratio, alpha: memberAlpha(faint.length) });
    for (const line of raw) rasterSegments(line, line.values, toPicture, { width: ratio, alpha: themeNumber("--raw-alpha") });
  };
  if (raw.length === 0) underlay.forget();
  if (raw.length === 0 || faint.length > 0) drawBehind();
  else underlay.put(keyOf(plot, raw, { width, height, top }), drawBehind);
  for (const line of lines) rasterSegments(line, shownValues(line), toPicture, line.group ? group : line.run.isBaseline ? baseline : usual);
  raster.paint(ctx, bbox.left, top);
  ctx.restore();
  clip(ctx, bbox, { beside: BLEED_PX * ratio });
  for (const line of [...faint, ...lines]) drawSinglePoints(ctx, line, place, bbox, ratio);
  if (!isMany) for (const line of lines) if (line.run.state === "running") drawEnd(ctx, line, place, bbox, ratio);
  const taken = isMany ? new Set() : null;
  for (const line of [...faint, ...lines]) drawNonFinite(ctx, line, place, bbox, { ratio, taken });
  ctx.restore();
}

// Until the context is restored. Lines end at the sides of the plot, while a mark that stands there is whole.
function clip(ctx, { left, top, width, height }, { beside }) {
  const above = BLEED_PX * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left - beside, top - above, width + 2 * beside, height + 2 * above);
  ctx.clip();
}

// All that tells how raw lines look.
function keyOf({ bbox, scales: { x, y } }, lines, { width, height, top }) {
  const ofPlot = [width, height, top, bbox.left, bbox.top, bbox.width, bbox.height, x.distr, x.min, x.max, y.distr, y.min, y.max, themeColor("--raw-alpha"), devicePixelRatio];
  return [...ofPlot, ...lines.flatMap(({ values, x: { points }, segments, superseded, run: { color, dash } }) => [values, points, segments, superseded, color, dash.join()])];
}

// The line of the baseline, from which all others are told.
function drawZero(ctx, bbox, place, width) {
  const y = place.y(0);
  if (!Number.isFinite(y)) return;
  ctx.strokeStyle = themeColor("--ink");
  ctx.lineWidth = width;
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
}

// One line over all others, with a halo, on the overlay, whose corner is `bleed` device pixels away from that of the plot.
// What a restart replaced is not lifted.
export function drawLifted(context, plot, line, bleed) {
  const { bbox } = plot;
  const ratio = devicePixelRatio;
  const toPicture = picturePlacer(placer(plot, true), bbox.left - bleed, bbox.top - bleed);
  const halo = { color: channelsOf(themeColor("--surface")), width: themeNumber("--lw-halo") * ratio, alpha: themeNumber("--halo-alpha"), dash: [] };
  const own = { color: channelsOf(line.run.color), width: themeNumber("--lw-hover") * ratio, alpha: 1, dash: [] };
  raster.begin(Math.ceil(bbox.width + 2 * bleed), Math.ceil(bbox.height + 2 * bleed));
  for (const style of [halo, own]) eachSegment(line, (from, to, isSuperseded) => isSuperseded || toPicture(line.x.points, shownValues(line), { from, to }, style));
  context.save();
  context.resetTransform();
  raster.paint(context, 0, 0);
  context.restore();
}

// The dot at the cursor, on the overlay (CSS pixels).
export function drawPoint(context, plot, { line, index }) {
  const place = placer(plot, false);
  const [x, y] = [place.x(line.x.points[index]), place.y((shownValues(line))[index])];
  dot(context, x, y, 5.5, themeColor("--surface"));
  dot(context, x, y, 4, line.run.color);
}

// Value → pixel, without a function call of uPlot per point. `isDevice`: of the canvas, else CSS pixels of the plot.
function placer(plot, isDevice) {
  const { bbox, scales } = plot;
  const ratio = isDevice ? 1 : devicePixelRatio;
  const [left, top] = isDevice ? [bbox.left, bbox.top] : [0, 0];
  const [width, height] = [bbox.width / ratio, bbox.height / ratio];
  const [x, y] = [axisPlacer(scales.x, left, width), axisPlacer(scales.y, top + height, -height)];
  return { x: x.one, y: y.one, fillX: x.fill, fillY: y.fill, bottom: top + height };
}

// NaN or ±Inf where a log axis has no place.
function axisPlacer({ distr, min, max }, start, length) {
  const isLog = distr === 3;
  const first = isLog ? Math.log10(min) : min;
  const perUnit = length / ((isLog ? Math.log10(max) : max) - first);
  const one = (value) => start + ((isLog ? Math.log10(value) : value) - first) * perUnit;
  const fill = (places, values, from, to, less) => {
    const begin = start - less;
    if (isLog) for (let i = from; i < to; i += 1) places[i - from] = begin + (Math.log10(values[i]) - first) * perUnit;
    else for (let i = from; i < to; i += 1) places[i - from] = begin + (values[i] - first) * perUnit;
  };
  return { one, fill };
}

// act(from, to, isSuperseded): for each segment of a line
function eachSegment({ segments, superseded, values }, act) {
  for (let i = 0; i < segments.length; i += 1) act(segments[i], segments[i + 1] ?? values.length, superseded[i] !== 0);
}

// Puts a line into the picture; it breaks where the axis can't show a point.
function rasterSegments(line, values, toPicture, { width, alpha }) {
  const ratio = devicePixelRatio;
  const style = { color: channelsOf(line.run.color), width, alpha, dash: scaled(line.run.dash, ratio) };
  eachSegment(line, (from, to, isSuperseded) => {
    const faint = isSuperseded && { ...style, dash: scaled([3, 3], ratio), alpha: Math.min(alpha, themeNumber("--superseded-alpha")) };
    toPicture(line.x.points, values, { from, to }, faint || style);
  });
}

function scaled(dash, ratio) {
  return dash.length === 0 || ratio === 1 ? dash : dash.map((length) => length * ratio);
}

// → a function that draws points of a line into the picture, each piece of those that hang together
function picturePlacer(place, left, top) {
  return (positions, values, { from, to }, style) => {
    const { x, y } = raster.room(to - from);
    place.fillX(x, positions, from, to, left);
    place.fillY(y, values, from, to, top);
    let start = 0;
    for (let i = 0; i < to - from; i += 1) {
      if (Number.isFinite(x[i] + y[i])) continue;
      if (i > start) raster.stroke(start, i, style);
      start = i + 1;
    }
    if (to - from > start) raster.stroke(start, to - from, style);
  };
}

const channels = new Map(); // color → [red, green, blue]

function channelsOf(color) {
  if (!channels.has(color)) {
    const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    channels.set(color, [...context.getImageData(0, 0, 1, 1).data.subarray(0, 3)]);
  }
  return channels.get(color);
}

function isAcross(x, { left, width }) {
  return x >= left - 0.5 && x <= left + width + 0.5; // what is computed may miss its edge by a little
}

function drawSinglePoints(ctx, line, place, bbox, ratio) {
  const values = shownValues(line);
  eachSegment(line, (from, to) => {
    const x = to - from === 1 ? place.x(line.x.points[from]) : NaN;
    if (isAcross(x, bbox)) dot(ctx, x, place.y(values[from]), (SINGLE_POINT_PX / 2) * ratio, line.run.color);
  });
}

// A run that goes on ends in a dot.
function drawEnd(ctx, line, place, bbox, ratio) {
  const last = line.x.current.x.length - 1;
  if (last < 0) return;
  const index = indexAt(line, last);
  const [x, y] = [place.x(line.x.points[index]), place.y(shownValues(line)[index])];
  if (!isAcross(x, bbox)) return;
  dot(ctx, x, y, 3.5 * ratio, themeColor("--surface"));
  dot(ctx, x, y, 2.5 * ratio, line.run.color);
}

// A cross on the floor in the run's colour, and a dotted line up where a stretch of them begins. taken: stretches that have
// such a line of another run, where lines of all of many runs would hide the curves; null of few.
function drawNonFinite(ctx, line, place, bbox, { ratio, taken }) {
  if (line.x.nonFinite.length === 0) return;
  const floor = bbox.top + bbox.height - 6 * ratio;
  const size = MARK_PX * ratio;
  ctx.lineCap = "round";
  let last = -Infinity; // of several that would hide each other the first is drawn
  for (const position of line.x.nonFinite) {
    const x = place.x(position);
    if (!isAcross(x, bbox) || Math.abs(x - last) < 2 * size + ratio) continue;
    const isInStretch = Math.abs(x - last) < STRETCH_PX * ratio;
    last = x;
    ctx.beginPath();
    ctx.moveTo(x - size, floor - size);
    ctx.lineTo(x + size, floor + size);
    ctx.moveTo(x + size, floor - size);
    ctx.lineTo(x - size, floor + size);
    ctx.strokeStyle = themeColor("--surface"); // lines may run there
    ctx.lineWidth = 4 * ratio;
    ctx.stroke();
    ctx.strokeStyle = line.run.color;
    ctx.lineWidth = 1.5 * ratio;
    ctx.stroke();
    const stretch = Math.floor((x - bbox.left) / (STRETCH_PX * ratio));
    if (isInStretch || taken?.has(stretch)) continue;
    taken?.add(stretch);
    ctx.lineWidth = ratio;
    ctx.setLineDash([ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, floor - size - 2 * ratio);
    ctx.lineTo(x, bbox.top);
    ctx.stroke();
    ctx.setLineDash([]);
  }
}

function dot(context, x, y, radius, color) {
  context.fillStyle = color;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}
