// What the preferences mean for the look of the page: attributes and properties of <html>, which the style sheets
// read. appearance_boot.js sets the same before the first paint.

import { preference } from "./preferences.js";

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

// "light" or "dark": what was chosen, else what the system has.
export function resolveTheme() {
  const chosen = preference("theme");
  if (chosen !== "system") return chosen;
  return systemIsDark.matches ? "dark" : "light";
}

export function applyAppearance() {
  const { dataset, style } = document.documentElement;
  dataset.theme = resolveTheme();
  dataset.density = preference("density");
  dataset.runs = preference("runs.hidden") ? "hidden" : "shown";
  style.setProperty("--w-runs", `${preference("runs.width")}px`);
  if (preference("columns") === "auto") style.removeProperty("--columns");
  else style.setProperty("--columns", preference("columns"));
}

// Calls `listener` when the system changes its theme; → a function that takes it off again.
export function onSystemTheme(listener) {
  systemIsDark.addEventListener("change", listener);
  return () => systemIsDark.removeEventListener("change", listener);
}
