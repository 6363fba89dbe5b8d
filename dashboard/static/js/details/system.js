// What was measured of the machine while the run went on, as small charts over its time.

import { card } from "../cards/scalars.js";
import { formatValue } from "../format.js";
import { LinePlot } from "../plot/line_plot.js";
import { h, useEffect, useLayoutEffect, useRef, useState } from "../react.js";
import { session } from "../session.js";
import { ChartTip } from "./chart_tip.js";
import { Section } from "./section.js";

const PREFIX = "system/";
const MAX_CHARTS = 12;
const WIDTH_PX = 300;
const PAUSE_MS = 2_000;
const OPTIONS = { x: "relative" };

export function System({ run }) {
  const tags = useTags(run);
  const lines = useLines(run, tags);
  if (tags.length === 0) return null;
  return h(Section, { title: "System" }, h("div", { className: "details-charts" }, tags.map((tag) => h(Chart, { key: tag, tag, run, line: lines.get(tag) }))));
}

function Chart({ tag, run, line }) {
  const element = useRef(null);
  const plot = useRef(null);
  useLayoutEffect(() => {
    plot.current = new LinePlot(element.current, session, { id: tag, title: tag, tags: [tag], options: OPTIONS });
    element.current.tabIndex = -1; // its last value stands beside it
    const sizes = new ResizeObserver(() => plot.current.resize(element.current.clientWidth, element.current.clientHeight));
    sizes.observe(element.current);
    return () => {
      sizes.disconnect();
      plot.current.destroy();
    };
  }, []);
  const { color } = run;
  useEffect(() => plot.current.setLines(line ? [{ ...line, run, source: line }] : []), [line, color, session.theme]);
  const last = line ? formatValue(line.lastValue) : "–";
  return h(
    "figure",
    { "aria-label": `${tag}, last ${last}` },
    h("figcaption", null, h("span", { title: tag }, h("bdi", null, tag.slice(PREFIX.length))), h("strong", null, last)),
    h(ChartTip, { plot: element, line }, h("div", { className: "details-plot", ref: element })),
  );
}

// The run's own system metrics.
function useTags(run) {
  const [tags, setTags] = useState([]);
  useEffect(() => {
    let isCurrent = true;
    const take = (all) => {
      const own = [...all].filter(([tag, runs]) => tag.startsWith(PREFIX) && runs.has(run.name)).map(([tag]) => tag);
      if (isCurrent) setTags((before) => (before.join("\n") === own.join("\n") ? before : own.slice(0, MAX_CHARTS)));
    };
    session.tags("scalars").then(take, (error) => session.emit("error", error));
    return () => {
      isCurrent = false;
    };
  }, [run.name, session.tagsVersion]);
  return tags;
}

// Tag → its curve, kept up to date at most every other second.
function useLines(run, tags) {
  const [known, setKnown] = useState({ name: null, lines: new Map() });
  const last = useRef(-Infinity);
  useEffect(() => {
    if (tags.length === 0) return undefined;
    const abort = new AbortController();
    const ask = async () => {
      last.current = performance.now();
      const lines = await load(run.name, tags, abort.signal);
      if (!abort.signal.aborted) setKnown({ name: run.name, lines });
    };
    const timer = setTimeout(() => ask().catch((error) => abort.signal.aborted || session.emit("error", error)), Math.max(0, last.current + PAUSE_MS - performance.now()));
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [run.name, run.version, tags]);
  return known.name === run.name ? known.lines : new Map();
}

async function load(name, tags, signal) {
  const { key: selection } = await session.postJSON("data/selections", { runs: [name] });
  const { cards } = await card.load(tags, { selection, runs: [name], width: WIDTH_PX, signal, session: { range: null, getBuffer: (...asked) => session.getBuffer(...asked) }, options: OPTIONS });
  return new Map([...cards].map(([tag, { series: [line] }]) => [tag, line]));
}
