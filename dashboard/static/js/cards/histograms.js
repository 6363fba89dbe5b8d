// A card of ridges: the histograms of one tag in one run, the oldest at the back.

import { decodeRidges } from "../histograms/decode.js";
import { RidgePlot } from "../histograms/ridge_plot.js";
import { describePlot, writeBadges, writeFoot, writeStatistics } from "../histograms/words.js";

const MAX_STEPS = 24;
const PLOT_MARGINS_PX = 68; // left of the ridges, and the labels at their right
const NARROW_PX = 400;
const mounted = new Map(); // update function of a card → its tag and its width
let chosenRun = null; // one choice for all cards of the tab; null: the newest run that has the tag

async function load(tags, { selection, runs, since, width, signal, session }) {
  const params = {
    selection,
    tag: tags,
    run: chosenRun,
    max_steps: MAX_STEPS,
    width: Math.max(16, Math.min(2000, Math.round(width) - PLOT_MARGINS_PX)),
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

// Another run was chosen: all cards on the page fetch it together.
async function reloadAll(session) {
  const byWidth = Map.groupBy(mounted, ([, place]) => place.width());
  const { key, runs } = await session.selectionKey();
  for (const [width, group] of byWidth) {
    const tags = [...new Set(group.map(([, place]) => place.tag))];
    const { cards } = await load(tags, { selection: key, runs, since: 0, width, session });
    for (const [update, { tag }] of group) if (mounted.has(update)) update(cards.get(tag));
  }
}

// Whether an answer was asked for before another run was chosen, which the card could show.
function isOfAnotherChoice(data) {
  return data && chosenRun !== null && data.runName !== chosenRun && data.runNames.includes(chosenRun);
}

function mount(parts, { tag, session }) {
  let data = null;
  let describedRow = -1;
  const shownRow = () => plot.cursorRow ?? data.numRows - 1;
  const goTo = (row) => plot.goTo(row);
  const chooseRun = (name) => {
    chosenRun = name;
    reloadAll(session).catch((error) => session.emit("error", error));
  };
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
    if (isOfAnotherChoice(changed)) return;
    data = changed ?? null;
    describedRow = -1;
    plot.setData(data);
    for (const part of [parts.values, parts.badges, parts.foot]) part.replaceChildren();
    parts.plot.setAttribute("aria-label", data ? describePlot(tag, data) : tag);
    if (!data) return;
    if (data.numRows === 0) parts.values.append("No histogram of this tag could be read");
    writeFoot(parts.foot, data, session, chooseRun);
  };
  const resize = () => {
    parts.badges.classList.toggle("is-narrow", parts.root.clientWidth < NARROW_PX);
    plot.resize();
  };
  const offs = [session.on("theme", () => data && writeFoot(parts.foot, data, session, chooseRun))];
  mounted.set(update, { tag, width: () => parts.plot.clientWidth });
  resize();

  return {
    update,
    resize,
    setOptions() {},
    destroy() {
      mounted.delete(update);
      offs.forEach((off) => off());
      plot.destroy();
    },
  };
}

export const card = { height: 308, load, mount };
