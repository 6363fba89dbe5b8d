// What a person set in this browser: one entry of local storage each, the same in all tabs. Storage may be switched
// off; then a setting holds until the page is closed.

import { Emitter } from "./emitter.js";

const PREFIX = "board.";

const oneOf = (...values) => ({ fallback: values[0], isValid: (value) => values.includes(value) });
const flag = (fallback) => ({ fallback, isValid: (value) => typeof value === "boolean" });
const texts = (max) => ({ fallback: [], isValid: (value) => Array.isArray(value) && value.length <= max && value.every((text) => typeof text === "string") });
const within = (min, max, fallback) => ({ fallback, isValid: (value) => Number.isFinite(value) && value >= min && value <= max });

const isChart = (one) => typeof one?.id === "string" && typeof one.title === "string" && Array.isArray(one.tags) && one.tags.every((tag) => typeof tag === "string");

// The first value of a list is the default.
const KNOWN = {
  theme: oneOf("system", "light", "dark"),
  density: oneOf("comfortable", "compact"),
  columns: oneOf("auto", 1, 2, 3, 4, 5, 6),
  "cards.more": within(-80, 900, 0), // px that cards are higher than usual
  "cards.wide": within(0, 900, 166), // likewise of those in full width
  "runs.width": within(240, 560, 344), // px
  "runs.hidden": flag(false),
  "palette.recent": texts(20),
  "scalars.pin": texts(50), // tags of pinned cards
  "histograms.pin": texts(50),
  "scalars.charts": { fallback: [], isValid: (value) => Array.isArray(value) && value.every(isChart) }, // of boards that keep none
  "tooltip.sort": oneOf("value", "nearest", "name"),
  "tooltip.rows": oneOf(8, 16, 32),
  "graph.dock": within(320, 640, null), // px; null is the width of the style sheet
  "graph.layers": within(12, 88, null), // % of the dock that the layer table takes; null is as much as it needs, up to half
  "graph.hidden": texts(10), // columns of the layer table
};

const values = new Map();
const emitter = new Emitter();

// The value that holds now. Whatever storage holds that is no value of it counts as nothing.
export function preference(name) {
  if (!values.has(name)) values.set(name, read(name));
  return values.get(name);
}

// Sets a value here and in all other tabs.
export function setPreference(name, value) {
  const { isValid } = KNOWN[name];
  if (!isValid(value)) throw new RangeError(`preference ${name} must be a value that preferences.js lists; got ${JSON.stringify(value)}.`);
  if (value === preference(name)) return;
  values.set(name, value);
  write(name, value);
  emitter.emit("change", name);
}

// Calls `listener(name)` after each change, in this tab or another; → a function that takes it off again.
export function onPreference(listener) {
  return emitter.on("change", listener);
}

function read(name) {
  const { fallback, isValid } = KNOWN[name];
  try {
    const value = JSON.parse(localStorage.getItem(PREFIX + name));
    return isValid(value) ? value : fallback;
  } catch {
    return fallback;
  }
}

function write(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Switched off or full: this tab remembers.
  }
}

// Fires in the other tabs only. A key of null says that all of storage was cleared.
window.addEventListener("storage", ({ key }) => {
  for (const name of Object.keys(KNOWN)) {
    if (key !== null && key !== PREFIX + name) continue;
    const before = preference(name);
    values.set(name, read(name));
    if (preference(name) !== before) emitter.emit("change", name);
  }
});
