// The frame of the run panel: beside the page, hidden, or on a small screen a drawer from the bottom.

import { preference, setPreference } from "./preferences.js";
import { isSmall } from "./screen.js";

export function togglePanel() {
  if (isSmall()) document.querySelector(".runs-button")?.click();
  else setPreference("runs.hidden", !preference("runs.hidden"));
}

export function showPanel() {
  if (isSmall() ? !document.querySelector(".runs-slot:popover-open") : preference("runs.hidden")) togglePanel();
}
