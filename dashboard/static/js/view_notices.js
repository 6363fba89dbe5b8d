// ⌘Z and ⇧⌘Z for the whole view, and what there is to say of it: that a step was undone out of sight, on another page,
// and that a link says more than this board understands.

import { capitalize } from "./format.js";
import { addKey, formatKey } from "./keys.js";
import { notify } from "./notifications.js";
import { session } from "./session.js";

const UNDO = ["Mod+Z"];
const REDO = ["Mod+Shift+Z", "Mod+Y"];

addKey({ keys: UNDO, label: "Undo", group: "Everywhere", isRepeated: true, run: () => say("Undid", session.view.undo()) });
addKey({ keys: REDO, label: "Redo", group: "Everywhere", isRepeated: true, run: () => say("Redid", session.view.redo()) });

function say(word, step) {
  if (!step || step.page === "" || step.page === session.view.page) return;
  const page = capitalize(step.page);
  const isUndo = word === "Undid";
  const action = isUndo ? { label: "Redo", run: () => session.view.redo() } : { label: "Undo", run: () => session.view.undo() };
  notify({ id: "undo", text: `${word} on ${page}: ${step.label}`, detail: formatKey(isUndo ? REDO[0] : UNDO[0]), action });
}

if (session.view.isNewer) {
  notify({ id: "newer link", tone: "warn", text: "This link was made by a newer board.", detail: "What this one understands of it is shown." });
}
