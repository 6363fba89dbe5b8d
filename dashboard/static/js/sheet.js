// An element of the page that is a drawer from the bottom on a small screen: it stays where it is in the document, and
// is lifted to the browser's top layer while it is open.

import { float } from "./overlay.js";
import { onSmall } from "./screen.js";

// Opens the element under its name; a larger screen closes it. → close(), which calls onClose.
export function openSheet({ element, title, opener, onClose }) {
  const head = makeHead(title, () => close());
  element.prepend(head);
  element.setAttribute("popover", "manual");
  element.showPopover();
  const close = () => {
    offSmall();
    sink();
    if (element.isConnected) element.hidePopover();
    element.removeAttribute("popover");
    head.remove();
    onClose();
  };
  const sink = float({ element, opener, close });
  const offSmall = onSmall(close);
  return close;
}

function makeHead(title, close) {
  const head = document.createElement("header");
  head.className = "sheet-head";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "icon-button";
  button.title = "Close (Esc)";
  button.setAttribute("aria-label", "Close");
  button.innerHTML = '<span class="icon icon-x is-16" aria-hidden="true"></span>';
  button.addEventListener("click", close);
  head.append(title, button);
  return head;
}
