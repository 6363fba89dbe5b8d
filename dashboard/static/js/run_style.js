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

// Adds to each run its slot (by age: a new run changes no other's colour) and its label without the common folders.
export function labelRuns(runs) {
  const byAge = [...runs].sort(
    (a, b) => (a.first_wall_time ?? Infinity) - (b.first_wall_time ?? Infinity) || (a.name < b.name ? -1 : 1),
  );
  const slots = new Map(byAge.map((run, i) => [run.name, i]));
  const prefix = commonFolder(runs.map((run) => run.name));
  return runs.map((run) => ({
    ...run,
    slot: slots.get(run.name),
    label: run.name.slice(prefix.length),
    prefix,
  }));
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
