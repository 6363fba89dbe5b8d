// From what there is and what was typed to what is shown: groups of the best, with how many there are in all.

import { formatCount } from "../format.js";
import { score, splitWords } from "./match.js";

export const GROUPS = ["Pages", "Views", "Tags", "Runs", "Annotations", "Actions"]; // in this order where they fit equally well
const SIGNS = { "@": "Runs", "#": "Tags", ">": "Actions" };
const NUM_SHOWN = { Runs: 4, Tags: 5, Actions: 5, Pages: 3, Views: 4, Annotations: 3 };
const NUM_SHOWN_ALONE = 60; // of one group, where its sign was typed
const RECENT_BONUS = 60;

// `#loss` asks for tags only. → {only: name of the group or null, words, text: what was typed without the sign}
export function readQuery(typed) {
  const only = SIGNS[typed[0]] ?? null;
  const text = (only ? typed.slice(1) : typed).trim();
  return { only, text, words: splitWords(text) };
}

// Groups that show not all they have, with an item that leads to the others: `typed` is what it types.
export function withWays(groups, { only, text }) {
  return groups.map((group) => {
    const sign = Object.keys(SIGNS).find((one) => SIGNS[one] === group.name);
    if (only || !sign || group.count === group.items.length) return group;
    const way = { id: `all ${group.name}`, icon: "dots", label: `All ${formatCount(group.count)} ${group.name.toLowerCase()}`, verb: "show", typed: `${sign}${text}` };
    return { ...group, items: [...group.items, way] };
  });
}

// items: [{id, group, folded, isHidden: only shown when asked for, …}]; recent: ids, the last used first.
// → [{name, count, items}], the best group first; without a query the recent ones are a group of their own.
export function search(items, { only, words }, recent) {
  const places = new Map(recent.map((id, i) => [id, i]));
  const fitting = words.length === 0 ? items.filter((item) => (!only || item.group === only) && !item.isHidden) : null;
  if (fitting && !only) return [...recentGroup(items, places), ...group(fitting.filter(({ id }) => !places.has(id)).map((item) => ({ item, points: 1 })), only, fitting)];
  const found = fitting?.map((item) => ({ item, points: 1 })) ?? findAll(items, { only, words }, places);
  return group(found, only);
}

function findAll(items, { only, words }, places) {
  const found = [];
  for (const item of items) {
    if (only && item.group !== only) continue;
    const points = score(item.folded, words);
    if (points > 0) found.push({ item, points: places.has(item.id) ? points + RECENT_BONUS : points });
  }
  return found;
}

function recentGroup(items, places) {
  const found = items.filter(({ id }) => places.has(id)).sort((a, b) => places.get(a.id) - places.get(b.id));
  return found.length > 0 ? [{ name: "Recent", count: found.length, items: found }] : [];
}

// counted: the items that the counts are of, where these are more than were found.
function group(found, only, counted = null) {
  const byName = Map.groupBy(found, ({ item }) => item.group);
  const groups = GROUPS.filter((name) => byName.has(name)).map((name) => {
    const best = takeBest(byName.get(name), only ? NUM_SHOWN_ALONE : NUM_SHOWN[name]);
    const count = counted ? counted.filter((item) => item.group === name).length : byName.get(name).length;
    return { name, count, points: best[0].points, items: best.map(({ item }) => item) };
  });
  return groups.sort((a, b) => b.points - a.points);
}

// The best, equal ones in their order.
function takeBest(found, count) {
  const best = [];
  for (const one of found) {
    if (best.length === count && one.points <= best.at(-1).points) continue;
    const at = best.findIndex(({ points }) => points < one.points);
    best.splice(at < 0 ? best.length : at, 0, one);
    if (best.length > count) best.pop();
  }
  return best;
}
