// Making SVG elements.

const NAMESPACE = "http://www.w3.org/2000/svg";

export function svg(name, attributes = {}, children = []) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) element.setAttribute(key, value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

export function svgText(text, attributes) {
  const element = svg("text", attributes);
  element.textContent = text;
  return element;
}
