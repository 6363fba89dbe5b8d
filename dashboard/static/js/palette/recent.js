// What was chosen in the palette lately, in this browser.

import { preference, setPreference } from "../preferences.js";

const MAX_RECENT = 6;

export function recentIds() {
  return preference("palette.recent");
}

export function remember(id) {
  setPreference("palette.recent", [id, ...recentIds().filter((one) => one !== id)].slice(0, MAX_RECENT));
}
