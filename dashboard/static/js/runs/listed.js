// What the list shows, out of runs, query, order and folders: names in their order, and rows. Each step is taken again
// only if something that it depends on is another.

import { session } from "../session.js";
import { chooseMetric } from "./columns.js";
import { facts } from "./facts.js";
import { found } from "./found.js";
import { holdOrder, LIVE_ORDERS, sortRuns } from "./order.js";
import { folderOf, listGroups, listRows, placeRuns } from "./tree.js";

const NUM_OPEN_BY_AGE = 300; // folders with one of the newest so many runs are open at first
const MAX_OPEN_GROUP = 12; // runs of a group that is open at first
const SHOWS_HIDDEN = /\b(hidden|archived)\b/;

// A function that answers what it answered before, while its arguments are the same.
function remember(make) {
  let [known, answer] = [null, null];
  return (...given) => {
    if (!known || given.some((one, i) => one !== known[i])) [known, answer] = [given, make(...given)];
    return answer;
  };
}

export function makeListing() {
  const placesOf = remember((runs, areGrouped) => placeRuns(runs.map((run) => [run.name, run.name.slice(run.prefix.length)]), areGrouped));
  const sort = remember((runs, order, metric, version, clock) => sortRuns(runs, order, (name) => numberOf(facts.valueOf(name, metric))));
  const filter = remember((sorted, names, text) => {
    const isShown = SHOWS_HIDDEN.test(text) ? () => true : (name) => !session.runNamed(name).isPutAside;
    return sorted.filter((name) => (!names || names.has(name)) && isShown(name));
  });
  const rowsOf = remember((names, pinned, places, groups, isOpen) => {
    if (groups) return listGroups(names, groups, isOpen); // a pinned run counts in its group too
    const others = pinned.length > 0 ? names.filter((name) => !pinned.includes(name)) : names;
    return listRows(others, places, isOpen);
  });
  const opened = new Map(); // path of a folder or a group → whether it is open where nobody said; decided once
  const opens = remember((runs, places, groups, folded, unfolded, isFiltered) => {
    const newest = new Set(runs.slice(0, NUM_OPEN_BY_AGE).map((run) => run.name));
    for (const { path, names } of places.folders) if (!opened.has(path)) opened.set(path, names.some((name) => newest.has(name)));
    for (const { path, names } of (groups ?? []).map(folderOf)) if (!opened.has(path)) opened.set(path, names.length <= MAX_OPEN_GROUP);
    const [shut, open] = [new Set(folded), new Set(unfolded)];
    return ({ path }) => !shut.has(path) && (open.has(path) || isFiltered || opened.get(path));
  });
  let held = { by: "", names: [] };

  // isHeld: whether the pointer is over the list, so that runs keep their places; clock: counts up as runs write.
  return ({ isHeld, clock, pinned }) => {
    const { runs, view, groups } = session;
    const [order, metric] = [view.get("order"), chooseMetric().name];
    const isLive = LIVE_ORDERS.has(order.replace("-", ""));
    const sorted = sort(runs, order, metric, order.endsWith("metric") ? facts.version : 0, isLive ? clock : 0);
    let names = filter(sorted, found.names, found.text);
    const by = JSON.stringify([order, metric, found.text]);
    if (isHeld && held.by === by) {
      const kept = holdOrder(held.names, names);
      names = kept.length === held.names.length ? held.names : kept;
    }
    held = { by, names };
    const places = placesOf(runs, groups !== null);
    const isOpen = opens(runs, places, groups, view.get("folded"), view.get("unfolded"), found.names !== null);
    return { names, places, isOpen, areGrouped: groups !== null, rows: rowsOf(names, pinned, places, groups, isOpen) };
  };
}

function numberOf(value) {
  return typeof value === "number" && !Number.isNaN(value) ? value : null;
}

// The runs that stand on top whatever the list shows: the baseline, then those that were pinned. A function that answers
// the same list as long as nothing of it changed.
export function makePinned() {
  return remember((runs) => {
    const onTop = runs.filter((run) => (run.isPinned || run.isBaseline) && !run.isPutAside);
    return onTop.sort((a, b) => b.isBaseline - a.isBaseline).map((run) => run.name);
  });
}

// Opens a folder or a group, or closes it.
export function setFold(path, isOpen) {
  const { view } = session;
  const without = (key) => view.get(key).filter((one) => one !== path);
  const [folded, unfolded] = [without("folded"), without("unfolded")];
  (isOpen ? unfolded : folded).push(path);
  view.set({ folded, unfolded }, { label: isOpen ? "opened folder" : "closed folder" });
}
