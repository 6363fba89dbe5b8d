// Names and colours of runs.

export const NUM_SLOTS = 12;
const DASHES = [[], [6, 3], [2, 3]];
const colors = new Map(); // "theme token" → colour; reading computed styles forces a layout

// Colour and dash of a slot: 12 colours, then the same with dashes (UI: run colours).
export function slotStyle(slot, theme) {
  const color = colorOf(`--run-${(slot % NUM_SLOTS) + 1}`, theme);
  return { color: color || "#888", dash: color ? DASHES[Math.floor(slot / NUM_SLOTS) % DASHES.length] : [] };
}

// The baseline's colour.
export function inkOf(theme) {
  return colorOf("--ink", theme) || "#888";
}

function colorOf(token, theme) {
  const id = `${theme} ${token}`;
  if (!colors.has(id)) {
    const value = getComputedStyle(document.documentElement).getPropertyValue(token).trim();
    if (!value) return "";
    colors.set(id, value);
  }
  return colors.get(id);
}

// Which run has which slot. A run keeps its slot while the page is open; a new one takes the least used.
export class Slots {
  #slots = new Map();
  #isSettled = false;

  // While the server still reads, slots go by age; then a new run, or one that goes away, changes no other's.
  assign(runs, isReading) {
    if (!this.#isSettled) this.#slots.clear();
    for (const { name } of [...runs].sort(byAge)) if (!this.#slots.has(name)) this.#slots.set(name, this.#leastUsed(runs));
    this.#isSettled = !isReading;
  }

  of(name) {
    return this.#slots.get(name);
  }

  #leastUsed(runs) {
    const used = new Set(runs.map((run) => this.#slots.get(run.name)));
    let slot = 0;
    while (used.has(slot)) slot += 1;
    return slot;
  }
}

function byAge(a, b) {
  return (a.first_wall_time ?? Infinity) - (b.first_wall_time ?? Infinity) || (a.name < b.name ? -1 : 1);
}

// Adds to each run the folders that all share.
export function prefixRuns(runs) {
  const prefix = commonFolder(runs.map((run) => run.name));
  return runs.map((run) => ({ ...run, prefix }));
}

// A run as all of the page shows it, with what people added to it: `label` is the name that was given to it, here or
// by its program, else its own without the folders that all share; `isPutAside` says that it is out of sight.
export function dressRun(run, notes, { theme, baseline }) {
  const isBaseline = run.name === baseline;
  return {
    ...run,
    label: notes.name || run.display_name || run.name.slice(run.prefix.length) || run.name,
    ...(isBaseline ? { color: inkOf(theme), dash: [] } : styleOf(notes.color, run.slot, theme)),
    isBaseline,
    isPinned: notes.is_pinned ?? false,
    isHidden: notes.is_hidden ?? false,
    isArchived: notes.is_archived ?? false,
    isPutAside: (notes.is_hidden || notes.is_archived) ?? false,
    allTags: notes.tags ? [...new Set([...run.tags, ...notes.tags])].sort() : run.tags,
  };
}

// A colour that someone chose is solid; it is a number of the palette from 1, or #rrggbb.
function styleOf(chosen, slot, theme) {
  if (typeof chosen === "string") return { color: chosen, dash: [] };
  return slotStyle(chosen ? chosen - 1 : slot, theme);
}

// The folders that all names share, with a closing slash; empty for fewer than two names.
export function commonFolder(names) {
  if (names.length < 2) return "";
  const split = names.map((name) => name.split("/"));
  const depth = Math.min(...split.map((parts) => parts.length)) - 1;
  let shared = 0;
  while (shared < depth && split.every((parts) => parts[shared] === split[0][shared])) shared += 1;
  return shared ? `${split[0].slice(0, shared).join("/")}/` : "";
}
