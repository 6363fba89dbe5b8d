// Whether the screen is small: one column, panels and menus as drawers from the bottom. The style sheets say 639 px too.
const small = matchMedia("(max-width: 639px)");

export function isSmall() {
  return small.matches;
}

// Calls `listener` when that changes; → a function that takes it off again.
export function onSmall(listener) {
  small.addEventListener("change", listener);
  return () => small.removeEventListener("change", listener);
}
