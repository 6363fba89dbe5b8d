// Which cards are pinned. A link says it; where none does, it is as this browser had it last.

import { preference, setPreference } from "../preferences.js";
import { useEffect } from "../react.js";
import { session } from "../session.js";

const MAX_PINS = 50;

// A card that was joined of several tags is pinned by any of them.
export function isPinned(card, pins) {
  return namesOf(card).some((name) => pins.includes(name));
}

// kind: name of the page
export function togglePin(kind, card) {
  const key = `${kind}.pin`;
  const pins = session.view.get(key);
  if (!isPinned(card, pins)) return session.view.set({ [key]: [...pins, card.id].slice(-MAX_PINS) }, { label: "pinning of a card" });
  const names = namesOf(card);
  return session.view.set({ [key]: pins.filter((one) => !names.includes(one)) }, { label: "unpinning of a card" });
}

function namesOf({ id, tags, isOfTag }) {
  return isOfTag ? [id, ...tags] : [id];
}

// Takes the pins of this browser where the view has none, and remembers what they become.
export function useKeptPins(kind) {
  useEffect(() => {
    const key = `${kind}.pin`;
    const kept = preference(key);
    if (session.view.get(key).length === 0 && kept.length > 0) session.view.set({ [key]: kept }, { isUndoable: false });
    return session.on("view", (keys) => keys.has(key) && setPreference(key, session.view.get(key)));
  }, [kind]);
}
