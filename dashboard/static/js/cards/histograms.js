// A card of ridges: the histograms of one tag in one run, the oldest at the back.

import { decodeRidges } from "../histograms/decode.js";
import { RidgePlot } from "../histograms/ridge_plot.js";
import { sayBounds } from "../plot/range_rows.js";
import { stepSpan } from "../step_span.js";
import { describePlot, writeBadges, writeFoot, writeStatistics } from "../histograms/words.js";

const MAX_STEPS = 24;
const PLOT_MARGINS_PX = 68; // left of the ridges, and the labels at their right
const NARROW_PX = 400;

// options.run is the choice for all cards of the page; null: the newest run that has the tag
async function load(tags, { selection, runs, since, width, signal, session, options }) {
  const [start, stop] = stepSpan(session)?.bounds ?? [];
  const params = {
    selection,
    tag: tags,
    run: options.run,
    max_steps: MAX_STEPS,
    width: Math.max(16, Math.min(2000, Math.round(width) - PLOT_MARGINS_PX)),
    start,
    stop,
    since: since || undefined,
  };
  const { version, cards } = decodeRidges(await session.getBuffer("data/histograms", params, signal));
  const found = cards.filter((card) => card.run !== null);
  const named = found.map((card) => ({
    ...card,
    runName: runs[card.run],
    runNames: Array.from(card.runs, (run) => runs[run]),
  }));
  return { version, cards: new Map(named.map((card) => [tags[card.tag], card])) };
}

// Steps are selected on the Scalars page.
function followSteps(session, changed) {
  return session.on("view", (keys) => keys.has("span") && changed());
}

function sayNone(span) {
  return span ? `No histogram of this tag in ${sayBounds(span).toLowerCase()}` : "No histogram of this tag could be read";
}

function chooseRun(session, run) {
  session.view.set({ "histograms.run": run }, { label: "run of the histograms" });
}

function mount(parts, { tags: [tag], session }) {
  let data = null;
  let describedRow = -1;
  const shownRow = () => plot.cursorRow ?? data.numRows - 1;
  const goTo = (row) => plot.goTo(row);
  const choose = (run) => chooseRun(session, run);
  const describe = () => {
    const row = shownRow();
    if (row === describedRow) return;
    describedRow = row;
    writeStatistics(parts.values, data, row, goTo);
    writeBadges(parts.badges, data, row, goTo);
  };
  const plot = new RidgePlot(parts.plot, session, tag, describe);
  // Classes on the parts: those of the root are the grid's.
  parts.values.classList.add("ridge-values");

  const update = (changed) => {
    data = changed ?? null;
    describedRow = -1;
    plot.setData(data);
    for (const part of [parts.values, parts.badges, parts.foot]) part.replaceChildren();
    parts.plot.setAttribute("aria-label", data ? describePlot(tag, data) : tag);
    if (!data) return;
    if (data.numRows === 0) parts.values.append(sayNone(stepSpan(session)));
    writeFoot(parts.foot, data, session, choose);
  };
  const resize = () => {
    parts.badges.classList.toggle("is-narrow", parts.root.clientWidth < NARROW_PX);
    plot.resize();
  };
  const offs = ["theme", "style"].map((event) => session.on(event, () => data && writeFoot(parts.foot, data, session, choose)));
  resize();

  return {
    update,
    resize,
    setOptions() {},
    destroy() {
      offs.forEach((off) => off());
      plot.destroy();
    },
  };
}

export const card = { height: 308, follow: followSteps, load, mount };
