// Small helpers for the elements of a card.

export function make(name, className = "", text = "") {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

export function makeButton(className, text, label, onClick) {
  const button = make("button", className, text);
  button.type = "button";
  if (label) {
    button.title = label;
    button.setAttribute("aria-label", label);
  }
  button.addEventListener("click", onClick);
  return button;
}

// A name that is elided in the middle: runs differ most at their ends.
export function makeName(name) {
  const cut = Math.max(0, name.length - 10);
  const element = make("span", "ridge-name");
  element.title = name;
  element.append(make("span", "ridge-name-start", name.slice(0, cut)), make("span", "ridge-name-end", name.slice(cut)));
  return element;
}
