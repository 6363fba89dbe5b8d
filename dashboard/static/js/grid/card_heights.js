// How high cards are, in pixels more than usual: those in the grid, and those in full width. A link says it; where none
// does, it is as this browser had it last.

import { preference, setPreference } from "../preferences.js";
import { session } from "../session.js";

const { style } = document.documentElement;

// name: `key` of the view, `preference` of the browser, `property` of the style sheets, `bounds`, `usual`
export const HEIGHTS = {
  usual: { key: "height", preference: "cards.more", property: "--card-more", bounds: [-80, 900], usual: 0 },
  wide: { key: "wide", preference: "cards.wide", property: "--card-wide", bounds: [0, 900], usual: 166 },
};

export function heightOf({ key, preference: name }) {
  return session.view.get(key) ?? preference(name);
}

export function setHeight({ key, preference: name, usual }, more) {
  setPreference(name, more);
  session.view.set({ [key]: more === usual ? null : more }, { label: "height of cards" });
}

function apply() {
  for (const height of Object.values(HEIGHTS)) style.setProperty(height.property, `${heightOf(height)}px`);
}

// So that a link of the view says it.
for (const height of Object.values(HEIGHTS)) {
  const more = heightOf(height);
  if (more !== height.usual) session.view.set({ [height.key]: more }, { isUndoable: false });
}
apply();
session.on("view", (keys) => (keys.has("height") || keys.has("wide")) && apply());
session.on("preference", apply);
