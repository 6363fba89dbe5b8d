// What a person does to runs: edits of the sidecar, each one step of undo. What takes runs out of sight is said, with Undo.

import { countOf } from "../format.js";
import { notify } from "../notifications.js";
import { session } from "../session.js";

// Why there is nothing to change; for the one tooltip that says so.
export const READ_ONLY = "This board was started with --read-only: names, notes, tags and colours are shown and can't be changed here.";

export function canEdit() {
  return !session.sidecar.isReadOnly;
}

// The name to show in place of the run's own; "" for that.
export function rename(name, title) {
  return edit([name], "name", title.trim(), `name of ${name}`);
}

export function setNotes(name, text) {
  return edit([name], "notes", text.trim() ? text : "", `notes of ${labelOf([name])}`);
}

// A number of the palette from 1, or #rrggbb; null for the board's choice.
export function setColor(names, color) {
  return edit(names, "color", color, `colour of ${labelOf(names)}`);
}

export function addTag(names, tag) {
  return send(names.map((name) => ({ path: ["runs", name, "tags", tag], value: true })), `tag ${tag}`);
}

export function removeTag(names, tag) {
  return send(names.map((name) => ({ path: ["runs", name, "tags", tag], value: null })), `tag ${tag}`);
}

export function pin(names, isPinned = true) {
  return edit(names, "is_pinned", isPinned, `${isPinned ? "pinning" : "unpinning"} of ${labelOf(names)}`);
}

// The run that others are compared with; "" for none.
export function setBaseline(name) {
  return send([{ path: ["baseline"], value: name }], "baseline");
}

export function hide(names) {
  putAside(edit(names, "is_hidden", true, `hiding of ${labelOf(names)}`), "Hid", names);
}

export function show(names) {
  return edit(names, "is_hidden", false, `showing of ${labelOf(names)}`);
}

export function archive(names) {
  putAside(edit(names, "is_archived", true, `archiving of ${labelOf(names)}`), "Archived", names);
}

export function unarchive(names) {
  return edit(names, "is_archived", false, `archiving of ${labelOf(names)}`);
}

function edit(names, field, value, label) {
  return send(names.map((name) => ({ path: ["runs", name, field], value })), label);
}

function send(edits, label) {
  return session.sidecar.edit(edits, { label });
}

function putAside(step, word, names) {
  if (!step) return;
  notify({ id: "undo", text: `${word} ${countOf(names.length, "run")}`, action: { label: "Undo", run: () => session.view.revert(step) } });
}

function labelOf(names) {
  return names.length === 1 ? session.labelOf(names[0]) : countOf(names.length, "run");
}
