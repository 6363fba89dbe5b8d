// Charts that people built: kept beside the logs for everyone, or in this browser where the board only reads.

import { preference, setPreference } from "../preferences.js";
import { session } from "../session.js";

const PREFIX = "chart:"; // before an id on the page, so that it is no tag
const LOCAL = "scalars.charts";

// → [{id, title, tags}] by their titles
export function listCharts() {
  const shared = [...session.sidecar.state.charts].map(([id, { title, tags }]) => ({ id: PREFIX + id, title, tags }));
  const own = preference(LOCAL).map(({ id, title, tags }) => ({ id: PREFIX + id, title, tags }));
  return [...shared, ...own].sort((a, b) => collator.compare(a.title, b.title));
}

// Keeps a chart {id: null for a new one, title, tags}; → its id
export function keepChart({ id, title, tags }) {
  const name = id?.slice(PREFIX.length) ?? crypto.getRandomValues(new Uint32Array(2)).join("-");
  put(name, { title, tags }, id ? "change of a chart" : "new chart");
  return PREFIX + name;
}

export function removeChart(id) {
  put(id.slice(PREFIX.length), null, "removal of a chart");
}

function put(id, value, label) {
  if (session.sidecar.isReadOnly || preference(LOCAL).some((one) => one.id === id)) return putHere(id, value, label);
  return session.sidecar.edit([{ path: ["charts", id], value }], { label });
}

function putHere(id, value, label) {
  const before = preference(LOCAL);
  const others = before.filter((one) => one.id !== id);
  const after = value ? [...others, { id, ...value }] : others;
  setPreference(LOCAL, after);
  session.view.record({ label, undo: () => setPreference(LOCAL, before), redo: () => setPreference(LOCAL, after) });
}

const collator = new Intl.Collator("en", { numeric: true });
