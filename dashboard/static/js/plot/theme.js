// Values of the design tokens for canvas, read once a theme: reading computed styles forces a layout.

const values = new Map();

// The value of a token; empty as long as the style sheets are not there.
export function themeColor(token) {
  const id = `${document.documentElement.dataset.theme} ${token}`;
  if (!values.has(id)) {
    const value = getComputedStyle(document.documentElement).getPropertyValue(token).trim();
    if (!value) return value;
    values.set(id, value);
  }
  return values.get(id);
}

export function themeNumber(token) {
  return Number.parseFloat(themeColor(token));
}
