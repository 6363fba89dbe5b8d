// The legend on paper: what colours and widths mean, as lines below the drawing. Colours are those of the page as it is now.

import { write } from "./colors.js";
import { roundBytes } from "./numbers.js";
import { stopsOf } from "./ramp.js";
import { svg, svgText } from "./svg.js";
import { textWidth } from "./text.js";

const LINE = 22;
const MARGIN = 24;
const GAP = 18;
const SWATCH = 10;
const STOP = 18; // width of a colour of the ramp

// place: {width, y}: of the drawing, and where it ends -> {elements, height}
export function printedLegend(drawing, coloring, { width, y }) {
  const entries = [{ text: coloring.name, face: "name" }, ...meanings(drawing, coloring), ...widths(drawing)];
  const elements = [];
  let [x, line] = [MARGIN, y + LINE / 2];
  for (const entry of entries) {
    const needed = (entry.markWidth ?? 0) + textWidth(entry.text, entry.face ?? "detail");
    if (x > MARGIN && x + needed > width - MARGIN) [x, line] = [MARGIN, line + LINE];
    elements.push(...drawEntry(entry, x, line));
    x += needed + GAP;
  }
  return { elements, height: line + LINE - y };
}

function drawEntry({ text, face, mark, markWidth = 0 }, x, y) {
  const [weight, fill] = face ? [600, token("--text")] : [420, token("--text-2")];
  const words = svgText(text, { x: x + markWidth, y: y + 4, fill, "font-family": token("--font"), "font-size": face ? 12.5 : 11, "font-weight": weight });
  return [...(mark?.(x, y) ?? []), words];
}

function meanings(drawing, coloring) {
  const { legend } = coloring;
  if (legend.isCount) return [swatch("NaN or infinite, with count", token("--bad-dot")), swatch("none", token("--surface"))];
  if (legend.scale) return [ramp(coloring), swatch("none", token("--surface"))];
  const rows = legend.categories ?? drawing.families.map(({ key, name }) => ({ name, color: `var(--f-${key})` }));
  return rows.map(({ name, color }) => swatch(name, token(color.slice(4, -1))));
}

function swatch(text, fill) {
  return { text, markWidth: SWATCH + 6, mark: (x, y) => [svg("rect", { x, y: y - SWATCH / 2, width: SWATCH, height: SWATCH, rx: 2, fill, stroke: token("--line-strong") })] };
}

function ramp(coloring) {
  const { scale, words } = coloring.legend;
  const stops = stopsOf("light");
  const high = coloring.kind === "log" ? String(scale.high) : write(coloring, scale.high);
  const mark = (x, y) => stops.map((fill, i) => svg("rect", { x: x + i * STOP, y: y - SWATCH / 2, width: STOP, height: SWATCH, fill }));
  return { text: `${scale.low} – ${high}, ${words}`, markWidth: stops.length * STOP + 8, mark };
}

function widths({ byte_range: range }) {
  if (!range) return [];
  const line = (from, to, y, width) => svg("path", { d: `M${from},${y}H${to}`, stroke: token("--edge"), "stroke-width": width });
  const [low, high] = range.map(roundBytes);
  return [{ text: `${low} – ${high}`, markWidth: 48, mark: (x, y) => [line(x, x + 18, y, 1.3), line(x + 22, x + 42, y, 5.5)] }];
}

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
