// A card of curves: one line a run.

import { formatAmount, formatCount, formatValue } from "../format.js";
import { LinePlot } from "../plot/line_plot.js";
import { decodeSeries } from "../wire.js";

const NUM_VALUES = 3;
const WORDS = ["NaN", "+Inf", "−Inf"];

async function load(tags, { selection, runs, since, width, signal, session, options }) {
  const [start, stop] = session.range?.axis === options.x ? session.range.bounds : [];
  const params = { selection, tag: tags, x: options.x ?? "step", width, start, stop };
  if (since) params.since = since;
  if (options.smoothing) params.smoothing = options.smoothing;
  const { version, series } = decodeSeries(await session.getBuffer("data/series", params, signal));
  const cards = new Map();
  for (const one of series) {
    const tag = tags[one.tag];
    if (!cards.has(tag)) cards.set(tag, []);
    cards.get(tag).push({ ...one, name: runs[one.run] });
  }
  return { version, cards };
}

function mount(parts, { session, options }) {
  let series = new Map(); // run → its decoded series
  const plot = new LinePlot(parts.plot, session, options);

  const redraw = () => {
    const lines = session.selectedRuns.filter((run) => series.has(run.name)).map((run) => ({ ...series.get(run.name), run }));
    plot.setLines(lines);
    writeValues(parts.values, lines);
    writeFoot(parts.foot, lines);
  };
  const offs = [session.on("theme", () => plot.setTheme(redraw))];

  return {
    update(data = [], { isPartial = false } = {}) {
      if (!isPartial) series = new Map();
      for (const one of data) series.set(one.name, one);
      redraw();
    },
    resize: (width, height) => plot.resize(width, height),
    setOptions: (changed) => plot.setOptions(changed),
    destroy() {
      offs.forEach((off) => off());
      plot.destroy();
    },
  };
}

// The lowest last values, best in bold: no metric declares a direction yet.
function writeValues(element, lines) {
  const last = lines.filter((line) => line.values.length > 0).map((line) => ({ line, value: line.values[line.values.length - 1] }));
  last.sort((a, b) => a.value - b.value);
  const nodes = last.slice(0, NUM_VALUES).map(({ line, value }) => {
    const item = make("span", "card-value");
    const swatch = make("span", "swatch");
    swatch.style.background = line.run.color;
    item.title = `${line.run.name}: last value ${value}`;
    item.append(swatch, formatValue(value));
    return item;
  });
  if (last.length > NUM_VALUES) nodes.push(make("span", "more", `+${last.length - NUM_VALUES}`));
  element.replaceChildren(...nodes);
}

function writeFoot(element, lines) {
  const total = lines.reduce((sum, line) => sum + line.numTotal, 0);
  const drawn = lines.reduce((sum, line) => sum + line.values.length + line.nonFinite.kinds.length, 0);
  const points = make("span", "", total <= drawn ? `all ${formatCount(total)} points` : `${formatCount(drawn)} of ${formatAmount(total)} points`);
  points.title = "All points are kept. The picture shows the extremes of every pixel column.";
  const nodes = [points];
  for (const kind of [0, 1, 2]) {
    const count = lines.reduce((sum, line) => sum + line.nonFinite.kinds.filter((one) => one === kind).length, 0);
    if (count === 0) continue;
    const problem = make("span", "is-bad");
    problem.append(make("span", "icon icon-alert-triangle is-12"), `${formatCount(count)} ${WORDS[kind]}`);
    problem.title = firstBad(lines, kind);
    nodes.push(problem);
  }
  element.replaceChildren(...nodes);
}

function firstBad(lines, kind) {
  const found = lines.flatMap((line) => {
    const i = line.nonFinite.kinds.indexOf(kind);
    return i < 0 ? [] : [{ run: line.run.label || line.run.name, step: line.nonFinite.steps[i] }];
  });
  found.sort((a, b) => a.step - b.step);
  return `First in ${found[0].run} at step ${formatCount(found[0].step)}`;
}

function make(name, className, text = "") {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}

export const card = { height: 238, load, mount };
