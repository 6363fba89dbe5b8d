// Values of the design tokens for canvas, read once a theme.

const values = new Map();

export function themeColor(token) {
  const id = `${document.documentElement.dataset.theme} ${token}`;
  if (!values.has(id)) values.set(id, getComputedStyle(document.documentElement).getPropertyValue(token).trim());
  return values.get(id);
}

export function themeNumber(token) {
  return Number.parseFloat(themeColor(token));
}
