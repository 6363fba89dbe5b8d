// Names and colours of runs.

const NUM_SLOTS = 12;
const DASHES = [[], [6, 3], [2, 3]];
const colors = new Map(); // "theme slot" → colour; reading computed styles forces a layout

// Colour and dash of a slot: 12 colours, then the same with dashes (UI: run colours).
export function slotStyle(slot, theme) {
  const index = slot % NUM_SLOTS;
  const id = `${theme} ${index}`;
  if (!colors.has(id)) {
    const value = getComputedStyle(document.documentElement).getPropertyValue(`--run-${index + 1}`).trim();
    if (!value) return { color: "#888", dash: [] };
    colors.set(id, value);
  }
  return { color: colors.get(id), dash: DASHES[Math.floor(slot / NUM_SLOTS) % DASHES.length] };
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

// Adds to each run its label: the name without the common folders.
export function labelRuns(runs) {
  const prefix = commonFolder(runs.map((run) => run.name));
  return runs.map((run) => ({ ...run, label: run.name.slice(prefix.length), prefix }));
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
