// A size of tokens.css as a number of pixels, for what is laid out by hand.
export function tokenPx(name) {
  return parseFloat(getComputedStyle(document.documentElement).getPropertyValue(name));
}
