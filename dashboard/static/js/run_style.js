// Names of runs, and what people added to them.

import { shortNames } from "./runs/tree.js";

let known = { names: [], prefix: "", short: new Map() }; // of the last list of runs, since most bring no other names

// Adds to each run the folders that all share, and its own name as short as it is still told from all others.
export function prefixRuns(runs) {
  if (runs.length !== known.names.length || runs.some(({ name }, i) => name !== known.names[i])) known = nameAll(runs.map(({ name }) => name));
  const { prefix, short } = known;
  return runs.map((run) => ({ ...run, prefix, short: short.get(run.name) }));
}

function nameAll(names) {
  const prefix = commonFolder(names);
  return { names, prefix, short: shortNames(new Map(names.map((name) => [name, name.slice(prefix.length)]))) };
}

// A run as all of the page shows it, with what people added to it: `label` is the name that was given to it, here or
// by its program, else its own without the folders that all share; `shortLabel` lacks the beginning that runs share, as
// the list of runs does; `isPutAside` says that it is out of sight.
// Its colour is given to it by `paint`.
export function dressRun(run, notes, { baseline }) {
  const given = notes.name || run.display_name;
  return {
    ...run,
    label: given || run.name.slice(run.prefix.length) || run.name,
    shortLabel: given || run.short || run.name,
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
