// What groups and colours the runs, each a step that can be undone.

import { session } from "../session.js";
import { isGroupPath } from "./tree.js";

// Takes a hyperparameter into the grouping, or out of it.
export function toggleGroupBy(name) {
  const by = session.view.get("group")?.by ?? [];
  setGroup(by.includes(name) ? by.filter((one) => one !== name) : [...by, name]);
}

export function groupBy(name) {
  setGroup([name]);
}

export function groupByPattern(pattern) {
  session.view.set({ group: pattern ? { by: [], pattern } : null, ...withoutGroups() }, { label: "grouping", isContinuous: true });
}

export function ungroup() {
  session.view.set({ group: null, ...withoutGroups(), ...(session.view.get("color") === "group" ? { color: null } : {}) }, { label: "grouping" });
}

// name: "run", "group", a hyperparameter, or null for what suits.
export function chooseColor(name) {
  session.view.set({ color: name }, { label: "colours of runs" });
}

function setGroup(by) {
  if (by.length === 0) ungroup();
  else session.view.set({ group: { by, pattern: "" }, ...withoutGroups() }, { label: "grouping" });
}

// Which groups are closed or open says nothing of other groups.
function withoutGroups() {
  const { view } = session;
  const without = (key) => view.get(key).filter((path) => !isGroupPath(path));
  return { folded: without("folded"), unfolded: without("unfolded") };
}
