// What presses on rows do to the selection. Runs are told by their names, in the order of the list.

import { session } from "../session.js";

const MAX_BY_RULE = 300; // "all" stands for the newest so many
let anchor = null;

// A click toggles, Shift sets the range from the row clicked before like this one, Alt leaves only this run.
export function pick(event, name, names) {
  session.select((selection) => {
    if (event.altKey) return selection.only(name);
    const from = event.shiftKey ? names.indexOf(anchor) : -1;
    if (from < 0) return selection.toggle(name);
    const to = names.indexOf(name);
    return selection.setMany(names.slice(Math.min(from, to), Math.max(from, to) + 1), !session.selected.has(name));
  });
  anchor = name;
}

// All runs of the logdir are a rule; those of a filter or a folder are its exceptions.
export function pickAll(names, isSelected) {
  session.select((selection) => {
    if (names.length < session.runsInSight.length) return selection.setMany(names, isSelected);
    if (!isSelected) return selection.none();
    return names.length <= MAX_BY_RULE ? selection.all() : selection.setMany(names, true);
  });
}

// A press on the box of a folder: with Alt only its runs.
export function pickFolder(event, names, state) {
  if (!event.altKey) return pickAll(names, state !== "all");
  return session.select((selection) => selection.onlyMany(names));
}
