// What is done to a card by its buttons, its menu and its keys.

import { session } from "../session.js";
import { useKeys } from "../use_keys.js";
import { togglePin } from "./pins.js";

// kind: name of the page; → {toggleWide(), togglePin(), toggleFull()} of a card {id, tags, chart}
export function actionsOf(kind, card) {
  const { id } = card;
  return {
    toggleWide: () => toggleName(`${kind}.card`, id, "full width"),
    togglePin: () => togglePin(kind, card),
    toggleFull: () => session.view.set({ [`${kind}.full`]: session.view.get(`${kind}.full`) === id ? null : id }, { label: "full screen" }),
  };
}

// Puts a name into the set of a key, or takes it out.
export function toggleName(key, name, label) {
  const names = session.view.get(key);
  const others = names.filter((one) => one !== name);
  session.view.set({ [key]: others.length < names.length ? others : [...names, name] }, { label });
}

// Keys of the card under the pointer, or with the focus. cards: all there are
export function useCardKeys(kind, cards) {
  const act = (name) => () => {
    const id = cardAtHand();
    const card = cards.find((one) => one.id === id);
    return card ? actionsOf(kind, card)[name]() : false;
  };
  useKeys("Card", [
    { keys: ["E"], label: "Full width", run: act("toggleWide") },
    { keys: ["Shift+E"], label: "Full screen; Esc leaves it", run: act("toggleFull") },
    { keys: ["P"], label: "Pin", run: act("togglePin") },
  ]);
}

// Where the person is: the pointer if it moved since the focus did, else the focus.
let isPointing = false;
addEventListener("pointermove", () => (isPointing = true), { capture: true, passive: true });
addEventListener("focusin", () => (isPointing = false), { capture: true });

// Id of the card; undefined for none.
function cardAtHand() {
  const [focused, pointed] = [document.activeElement?.closest(".card"), document.querySelector(".card:hover")];
  return (isPointing ? (pointed ?? focused) : (focused ?? pointed))?.dataset.card;
}
