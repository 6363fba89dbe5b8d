// What can be done with a run of the list: the items of its menu, and what its keys and buttons do.

import { copyText } from "../clipboard.js";
import { openHealth } from "../health_panel.js";
import { session } from "../session.js";
import { archive, canEdit, hide, pin, setBaseline, show, unarchive } from "./actions.js";
import { openDetails } from "./details.js";

export function onlyRun(name) {
  session.select((selection) => selection.only(name));
}

export function togglePin(name) {
  pin([name], !session.runNamed(name).isPinned);
}

export function toggleHidden(name) {
  if (session.runNamed(name).isHidden) show([name]);
  else hide([name]);
}

export function toggleBaseline(name) {
  setBaseline(session.runNamed(name).isBaseline ? "" : name);
}

// As Menu of overlay.js takes them.
export function listActions(name) {
  const run = session.runNamed(name);
  if (!run) return [];
  const isSelected = session.selected.has(name);
  return [
    { label: "Details", icon: "info-circle", run: () => openDetails(name) },
    { label: isSelected ? "Take off" : "Select", icon: "check", run: () => session.select((selection) => selection.toggle(name)) },
    { label: "Only this run", icon: "focus-2", detail: "O", run: () => onlyRun(name) },
    ...(canEdit() ? listEdits(run) : []),
    null,
    { label: "Copy name", icon: "copy", run: () => copyText(name) },
    { label: "Doctor: health of its files", icon: "stethoscope", run: () => openHealth(name) },
  ];
}

function listEdits({ name, isPinned, isBaseline, isHidden, isArchived }) {
  return [
    null,
    { label: isPinned ? "Unpin" : "Pin on top", icon: "pin", run: () => togglePin(name) },
    { label: isBaseline ? "No longer the baseline" : "Set as baseline", icon: "flag-3", detail: "B", run: () => toggleBaseline(name) },
    { label: isHidden ? "Show again" : "Hide", icon: "eye-off", detail: "H", run: () => toggleHidden(name) },
    { label: isArchived ? "Take out of the archive" : "Archive", icon: "archive", run: () => (isArchived ? unarchive([name]) : archive([name])) },
  ];
}
