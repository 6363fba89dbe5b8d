// Charts that programs laid out themselves by add_custom_scalars, as they come from data/layouts.

import { useEffect, useState } from "../react.js";
import { session } from "../session.js";

const GATHER_MS = 100; // after a change: the charts are drawn before it is asked what else there is
const NOTHING = [];

// → [{title, charts: [{id, title, tags, bands: [{value, lower, upper}]}]}] of the selected runs; isWanted: whether the
// page shows any. What is known stays until an answer says otherwise.
export function useLayouts(isWanted) {
  const [layouts, setLayouts] = useState(NOTHING);
  useEffect(() => {
    if (!isWanted) return undefined;
    let isCurrent = true;
    let isRead = false;
    let timer = null;
    const read = async () => {
      isRead = true;
      try {
        const { key: selection } = await session.selectionKey();
        const { categories } = await session.getJSON("data/layouts", { selection });
        if (isCurrent) setLayouts((known) => keepEqual(known, categories.map(readCategory)));
      } catch (error) {
        if (error.status === 404) session.forgetSelectionKey();
        else session.emit("error", error);
      }
    };
    const isThere = () => session.isLoaded && session.selected.size > 0;
    const follow = () => {
      clearTimeout(timer);
      if (!isThere()) return;
      if (isRead) timer = setTimeout(read, GATHER_MS);
      else read();
    };
    follow();
    const offs = ["runs", "selection"].map((event) => session.on(event, follow));
    return () => {
      isCurrent = false;
      clearTimeout(timer);
      offs.forEach((off) => off());
    };
  }, [isWanted]);
  return layouts;
}

function keepEqual(known, read) {
  return JSON.stringify(known) === JSON.stringify(read) ? known : read;
}

// A chart of which no run has a tag is left out.
function readCategory({ title, charts }) {
  const read = charts.map((chart) => readChart(title, chart)).filter(({ tags }) => tags.length > 0);
  return { title, charts: read };
}

function readChart(category, { title, kind, tags, lines }) {
  const bands = kind === "margin" ? lines.filter(({ value }) => tags.includes(value)) : [];
  const drawn = bands.length > 0 ? [...new Set(bands.flatMap(({ value, lower, upper }) => [value, lower, upper]))] : tags;
  return { id: `layout:${category}/${title}`, title, tags: drawn, bands };
}
