// Keys that work wherever the focus is. One listener for all of them; what was added last answers first, so that a
// page may take over a key of the frame. A focused element keeps the keys that it uses itself.
//
// Keys are named as on the keyboard: "T", "/", "Space", "Shift+F6", "Mod+Z" (⌘ on macOS, Ctrl elsewhere).

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const TYPING = 'input:not([type="checkbox"], [type="radio"], [type="range"], [type="button"]), textarea, select, [contenteditable]:not([contenteditable="false"])';
const PRESSED_BY_SPACE = 'button, a[href], summary, input, [role="button"], [role="checkbox"], [role="option"], [role="menuitem"], [role="tab"], [role="switch"], video, audio';
const SYMBOLS = { Mod: "⌘", Shift: "⇧", Alt: "⌥" };
const ARROWS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc" };

let entries = [];
let escapes = [];

// Adds a key; → a function that takes it off again.
//   keys         names of keys that do the same
//   label        what they do, for the sheet of keys; group is its heading there
//   run(event)   does it. Returning false leaves the key to whoever was added before, in the end to the browser.
//                Left out, the key is only listed: some element answers it itself.
//   isInFields   whether it works while someone types
//   isRepeated   whether holding it down repeats it
export function addKey({ keys, label, group = "Page", run = null, isInFields = false, isRepeated = false }) {
  const entry = { keys, label, group, run, isInFields, isRepeated };
  entries = [...entries, entry];
  return () => {
    entries = entries.filter((one) => one !== entry);
  };
}

// What there is to press now, in the order in which it was added: [{keys, label, group, run}]. Of two entries for one key
// only the later is listed.
export function listKeys() {
  const isTaken = (key, i) => entries.slice(i + 1).some((later) => later.run && later.keys.includes(key));
  return entries
    .map(({ keys, label, group, run }, i) => ({ keys: run ? keys.filter((key) => !isTaken(key, i)) : keys, label, group, run }))
    .filter(({ keys }) => keys.length > 0);
}

// Esc closes what was opened last, and only that. → a function that takes it off again.
//   close()      closes it. Returning false, as for what is closed and only drawn until the next frame, leaves Esc to what
//                was opened before.
export function addEscape(close) {
  const entry = { close };
  escapes = [...escapes, entry];
  return () => {
    escapes = escapes.filter((one) => one !== entry);
  };
}

// "Mod+Shift+Z" as it stands on the person's keyboard.
export function formatKey(key) {
  const parts = splitKey(key).map((part) => ARROWS[part] ?? (IS_MAC ? (SYMBOLS[part] ?? part) : part === "Mod" ? "Ctrl" : part));
  return parts.join(IS_MAC ? "" : "+");
}

function splitKey(key) {
  return key === "+" ? [key] : key.split("+").map((part) => part || "+");
}

// The name of the pressed key as addKey takes it.
export function nameOf(event) {
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const isSign = key.length === 1 && !/[\p{L}\d]/u.test(key);
  // On many keyboards a sign takes Shift, AltGr or Option to type; there these are no part of the name.
  const isTyped = isSign && (event.getModifierState("AltGraph") || (IS_MAC && event.altKey));
  const hasMod = (IS_MAC ? event.metaKey : event.ctrlKey) && !isTyped;
  const isForeign = (IS_MAC ? event.ctrlKey : event.metaKey) && !isTyped;
  const names = [];
  if (isForeign) names.push(IS_MAC ? "Ctrl" : "Meta");
  if (hasMod) names.push("Mod");
  if (event.altKey && !isTyped) names.push("Alt");
  if (event.shiftKey && !isSign) names.push("Shift");
  return [...names, key].join("+");
}

function press(event) {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key === "Escape") return escape(event);
  const name = nameOf(event);
  const target = event.target instanceof Element ? event.target : document.documentElement;
  if (name === "Space" && target.closest(PRESSED_BY_SPACE)) return;
  if (document.querySelector("dialog:modal")) return;
  const isTyping = target.closest(TYPING) !== null;
  const fitting = entries.filter((entry) => entry.run && entry.keys.includes(name) && (entry.isInFields || !isTyping));
  for (const entry of fitting.reverse()) {
    if (event.repeat && !entry.isRepeated) return event.preventDefault();
    if (entry.run(event) === false) continue;
    return event.preventDefault();
  }
}

// The browser would close a dialog at Esc by itself, and not always the topmost thing: it is told that Esc is answered.
function escape(event) {
  if ([...escapes].reverse().some(({ close }) => close() !== false)) event.preventDefault();
}

document.addEventListener("keydown", press);
