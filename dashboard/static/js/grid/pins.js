// Which cards are pinned. A link says it; where none does, it is as this browser had it last.

import { preference, setPreference } from "../preferences.js";
import { useEffect } from "../react.js";
import { session } from "../session.js";

const MAX_PINS = 50;

// kind: name of the page
export function togglePin(kind, id) {
  const key = `${kind}.pin`;
  const pins = session.view.get(key);
  const isPinned = pins.includes(id);
  session.view.set({ [key]: isPinned ? pins.filter((one) => one !== id) : [...pins, id].slice(-MAX_PINS) }, { label: isPinned ? "unpinning of a card" : "pinning of a card" });
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
