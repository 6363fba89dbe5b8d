// The keys of the frame: they work on every page.

import { openKeySheet } from "./key_sheet.js";
import { addKey } from "./keys.js";
import { setPreference } from "./preferences.js";
import { goToRegion } from "./regions.js";
import { showPanel, togglePanel } from "./run_panel.js";
import { session } from "./session.js";

const group = "Everywhere";

addKey({ keys: ["?"], label: "All keys", group, run: openKeySheet });
addKey({ keys: ["F"], label: "Filter runs", group, run: filterRuns });
addKey({ keys: ["G"], label: "Group and colour the runs", group, run: groupRuns });
addKey({ keys: ["\\"], label: "Show or hide the runs", group, run: togglePanel });
addKey({ keys: ["T"], label: "Light or dark theme", group, run: toggleTheme });
addKey({ keys: ["F6", "Shift+F6"], label: "To the top bar, runs, toolbar, cards and back", group, isInFields: true, run: ({ shiftKey }) => goToRegion(shiftKey ? -1 : 1) });
addKey({ keys: ["Escape"], label: "Close what was opened last", group });

export function toggleTheme() {
  setPreference("theme", session.theme === "dark" ? "light" : "dark");
}

function filterRuns() {
  showPanel();
  document.querySelector(".runs-slot input")?.select();
}

function groupRuns() {
  showPanel();
  document.querySelector(".runs-slot .group-button")?.click();
}
