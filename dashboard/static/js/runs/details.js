// The details of a run, which the view's key `details` names: a panel beside the list, from the bottom on a small screen.

import { notify } from "../notifications.js";
import { showOverlay } from "../overlay.js";
import { h } from "../react.js";
import { session } from "../session.js";

let close = null;
let isComing = false;

export function openDetails(run) {
  session.view.set({ details: run }, { label: "details", isUndoable: false });
}

export function closeDetails() {
  session.view.set({ details: null }, { label: "details", isUndoable: false });
}

export function toggleDetails(run) {
  if (session.view.get("details") === run) closeDetails();
  else openDetails(run);
}

async function follow() {
  const isWanted = session.view.get("details") !== null;
  if (!isWanted) {
    close?.();
    close = null;
  } else if (!close && !isComing) await draw();
}

async function draw() {
  isComing = true;
  try {
    const { RunDetails } = await import("../details/panel.js");
    if (session.view.get("details") !== null) close = showOverlay(() => h(RunDetails, { close: closeDetails }));
  } catch {
    notify({ id: "details", tone: "bad", text: "The details of the run could not be loaded. Load the page again." });
  } finally {
    isComing = false;
  }
}

session.on("view", (keys) => keys.has("details") && follow());
follow();
