// Names of runs, and their places in the palette.

// Which run has which slot, from 0 on. A run keeps its slot while the page is open; a new one takes the least used.
export class Slots {
  #slots = new Map();
  #isSettled = false;

  // While the server still reads, slots go by age; then a new run, or one that goes away, changes no other's.
  assign(runs, isReading) {
    if (!this.#isSettled) this.#slots.clear();
    const used = new Set(runs.map((run) => this.#slots.get(run.name)));
    let slot = 0;
    for (const { name } of [...runs].sort(byAge)) {
      if (this.#slots.has(name)) continue;
      while (used.has(slot)) slot += 1;
      used.add(slot);
      this.#slots.set(name, slot);
    }
    this.#isSettled = !isReading;
  }

  of(name) {
    return this.#slots.get(name);
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
// Its colour is given to it by `paint`.
export function dressRun(run, notes, { baseline }) {
  return {
    ...run,
    label: notes.name || run.display_name || run.name.slice(run.prefix.length) || run.name,
    chosenColor: notes.color ?? null,
    isBaseline: run.name === baseline,
    isPinned: notes.is_pinned ?? false,
    isHidden: notes.is_hidden ?? false,
    isArchived: notes.is_archived ?? false,
    isPutAside: (notes.is_hidden || notes.is_archived) ?? false,
    allTags: [...new Set([...(run.tags ?? []), ...(notes.tags ?? [])])].sort(),
  };
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
