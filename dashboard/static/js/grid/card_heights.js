// How high cards are, in pixels more than usual: those in the grid, and those in full width. A link says it; where none
// does, it is at first as this browser had it last.

import { preference, setPreference } from "../preferences.js";
import { session } from "../session.js";

const { style } = document.documentElement;

// name: `key` of the view, `preference` of the browser, `property` of the style sheets, `bounds`, `usual`
export const HEIGHTS = {
  usual: { key: "height", preference: "cards.more", property: "--card-more", bounds: [-80, 900], usual: 0 },
  wide: { key: "wide", preference: "cards.wide", property: "--card-wide", bounds: [0, 900], usual: 166 },
};

export function heightOf({ key, usual }) {
  return session.view.get(key) ?? usual;
}

export function setHeight({ key, usual }, more) {
  session.view.set({ [key]: more === usual ? null : more }, { label: "height of cards" });
}

function apply() {
  for (const height of Object.values(HEIGHTS)) style.setProperty(height.property, `${heightOf(height)}px`);
}

// So that a link of the view says it, and undo leads back to it.
for (const { key, preference: name, usual } of Object.values(HEIGHTS)) {
  const more = session.view.get(key) ?? preference(name);
  if (more !== usual) session.view.set({ [key]: more }, { isUndoable: false });
}
apply();
session.on("view", (keys) => {
  const changed = Object.values(HEIGHTS).filter(({ key }) => keys.has(key));
  for (const height of changed) setPreference(height.preference, heightOf(height));
  if (changed.length > 0) apply();
});
