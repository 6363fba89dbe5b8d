// The list is one Tab stop. Arrows move and open folders, Space selects, Enter opens the details, the menu key opens the menu.

import { addKey } from "../keys.js";
import { session } from "../session.js";
import { canEdit } from "./actions.js";
import { onlyRun, toggleBaseline, toggleHidden } from "./row_actions.js";

const PAGE_ROWS = 10;

// Answered by the list while it has the focus; here only told.
addKey({ keys: ["ArrowUp", "ArrowDown", "Home", "End"], label: "Go through the runs", group: "Runs" });
addKey({ keys: ["ArrowLeft", "ArrowRight"], label: "Close or open a folder or a group", group: "Runs" });
addKey({ keys: ["Space"], label: "Select the run, or take it off", group: "Runs" });
addKey({ keys: ["Enter"], label: "Details of the run", group: "Runs" });
addKey({ keys: ["Alt+Space"], label: "Select only this run", group: "Runs" });
addKey({ keys: ["Shift+F10"], label: "Menu of the run", group: "Runs" });

// Of the run that is lit: under the pointer in the list or in a chart, or where the keyboard is.
const lit = (act) => () => (session.focusedRun ? act(session.focusedRun) : false);
const edit = (act) => lit((name) => (canEdit() ? act(name) : false));
addKey({ keys: ["O"], label: "Only the run that is pointed at", group: "Runs", run: lit(onlyRun) });
addKey({ keys: ["H"], label: "Hide the run that is pointed at", group: "Runs", run: edit(toggleHidden) });
addKey({ keys: ["B"], label: "The run that is pointed at as baseline", group: "Runs", run: edit(toggleBaseline) });

// context: {entries, active, setActive, setMenu, scroller, rowPx, numPinned, listing, grid}; on: what presses do
export function press(event, context, on) {
  if (event.target !== context.grid.current || event.ctrlKey || event.metaKey) return;
  const { entries, active } = context;
  const at = Math.max(0, entries.findIndex((row) => row.key === active));
  const row = entries[at];
  if (!row) return;
  if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) openMenu(event, row, at, on);
  else if (event.key === " ") toggle(event, row, on);
  else if (event.key === "Enter") open(event, row, on);
  else if (event.key === "ArrowRight" || event.key === "ArrowLeft") turn(event, context, at, on);
  else move(event, context, at);
}

function toggle(event, row, on) {
  event.preventDefault();
  if (row.folder) on.pickFolder(event, row.folder.path);
  else on.pick(event, row.name);
}

function open(event, row, on) {
  event.preventDefault();
  if (row.folder) on.fold(row.folder.path);
  else on.details(row.name);
}

function openMenu(event, row, at, on) {
  event.preventDefault();
  if (!row.name) return;
  const { left, bottom } = document.getElementById(`run-row-${at}`)?.getBoundingClientRect() ?? { left: 0, bottom: 0 };
  on.menu({ preventDefault() {}, clientX: left + 44, clientY: bottom }, row.name);
}

// Right opens a folder, then goes into it; Left closes it, or goes to the folder of a run.
function turn(event, context, at, on) {
  event.preventDefault();
  const { entries, listing } = context;
  const row = entries[at];
  const isOpening = event.key === "ArrowRight";
  if (row.folder && listing.isOpen(row.folder) !== isOpening) return on.fold(row.folder.path);
  if (row.folder && isOpening) return goTo(context, at + 1);
  for (let i = at - 1; i >= 0 && !isOpening; i -= 1) if (entries[i].folder && entries[i].depth < row.depth) return goTo(context, i);
  return undefined;
}

function move(event, context, at) {
  const { length } = context.entries;
  const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: length - 1, PageDown: at + PAGE_ROWS, PageUp: at - PAGE_ROWS };
  if (!(event.key in moves)) return;
  event.preventDefault();
  // The first press after the list got the focus goes on from its first row, which is lit already.
  goTo(context, Math.max(0, Math.min(length - 1, moves[event.key])));
}

function goTo({ entries, setActive, scroller, rowPx, numPinned }, index) {
  const row = entries[index];
  setActive(row.key);
  session.setFocus(row.name ?? null);
  const element = scroller.current;
  const top = (index - numPinned) * rowPx;
  if (top < 0) return;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (top + rowPx > element.scrollTop + element.clientHeight) element.scrollTop = top + rowPx - element.clientHeight;
}
