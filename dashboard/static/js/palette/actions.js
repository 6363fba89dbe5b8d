// What can be done from the palette: every key there is, and what has no key.

import { formatCount } from "../format.js";
import { openHealth } from "../health_panel.js";
import { listKeys } from "../keys.js";
import { preference, setPreference } from "../preferences.js";
import { chooseColor, toggleGroupBy, ungroup } from "../runs/group_actions.js";
import { openTrash } from "../runs/trash.js";
import { session } from "../session.js";

const ICONS = { Undo: "arrow-back-up", Redo: "arrow-forward-up", "Pause or resume": "player-pause", "All keys": "keyboard" };
const THEMES = [["light", "Light theme", "sun"], ["dark", "Dark theme", "moon"], ["system", "Theme of the system", "device-desktop"]];
const DENSITIES = [["comfortable", "Comfortable density"], ["compact", "Compact density"]];

export function listActions() {
  return [...listOwn(), ...listOfKeys()].map((action) => ({ id: `action ${action.label}`, group: "Actions", verb: "do", ...action, icon: action.icon ?? "chevron-right" }));
}

function listOwn() {
  const isGrouped = session.view.get("group") !== null;
  return [
    { label: "Group the runs by…", icon: "stack-2", stage: groupStage },
    ...(isGrouped ? [{ label: "No grouping", icon: "stack-2", run: ungroup }] : []),
    { label: "Colour the runs by…", icon: "palette", stage: colorStage },
    { label: "Select all runs", icon: "square-check", run: () => session.select((selection) => selection.all()) },
    { label: "Select no run", icon: "square", run: () => session.select((selection) => selection.none()) },
    ...listPutAside(),
    { label: "Open trash", icon: "trash", detail: "runs that were moved there", run: openTrash },
    { label: "Copy the link of this view", icon: "share-2", run: () => document.querySelector(".top-bar .share").click() },
    ...THEMES.map(([value, label, icon]) => settingAction("theme", value, label, icon)),
    ...DENSITIES.map(([value, label]) => settingAction("density", value, label, "list-details")),
    { label: "Doctor: health of all files", icon: "stethoscope", run: () => openHealth() },
  ];
}

// The list shows what was put aside while its query asks for that.
function listPutAside() {
  const kinds = [["hidden", "isHidden", "eye"], ["archived", "isArchived", "archive"]];
  return kinds.flatMap(([word, member, icon]) => {
    const count = session.runs.filter((run) => run[member]).length;
    return count > 0 ? [{ label: `List ${word} runs`, icon, detail: formatCount(count), run: () => session.view.set({ runs: `${word} = true` }, { label: "filter of runs" }) }] : [];
  });
}

function settingAction(name, value, label, icon) {
  return { label, icon, detail: preference(name) === value ? "as it is now" : "", isHidden: true, run: () => setPreference(name, value) };
}

// Undo and redo tell what of.
function listOfKeys() {
  const { undoLabel, redoLabel } = session.view;
  const details = { Undo: undoLabel ?? "nothing to undo", Redo: redoLabel ?? "nothing to redo" };
  return listKeys()
    .filter(({ run, label }) => run && label !== "Search or jump to")
    .map(({ keys, label, run }) => ({ label, keys, icon: ICONS[label], detail: details[label], run: () => run(new KeyboardEvent("keydown")) }));
}

function groupStage() {
  const by = session.view.get("group")?.by ?? [];
  return {
    placeholder: "Group the runs by which hyperparameter?",
    items: session.differing.map((name) => ({ id: `group ${name}`, group: "Actions", icon: "stack-2", label: name, detail: by.includes(name) ? "grouped; take it out" : "", verb: "group", run: () => toggleGroupBy(name) })),
    empty: "The selected runs differ in no hyperparameter.",
  };
}

function colorStage() {
  const choices = [[null, "Automatic"], ["run", "Run"], ...(session.view.get("group") ? [["group", "Group"]] : []), ...session.differing.map((name) => [["run", "group"].includes(name) ? `hparams.${name}` : name, name])];
  return {
    placeholder: "Colour the runs by what?",
    items: choices.map(([value, label]) => ({ id: `color ${value}`, group: "Actions", icon: "palette", label, detail: session.view.get("color") === value ? "as it is now" : "", verb: "colour", run: () => chooseColor(value) })),
  };
}
