// What floats over the page, on the browser's own top layer: a popover at its button, a drawer, a dialog. Esc and a
// press outside close the topmost; the focus goes into it when it opens and back to where it was when it closes.

import { Boundary } from "./boundary.js";
import { addEscape } from "./keys.js";
import { followDialog } from "./notifications.js";
import { h, useLayoutEffect, useRef, useState } from "./react.js";
import { isSmall } from "./screen.js";

const GAP_PX = 4;
const EDGE_PX = 8;
const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex]';

// A button and what it opens.
//   label      name of what opens
//   button     properties of the button, its children among them
//   children   nodes, or a function of close() that makes them; they exist only while it is open
//   align      "start" or "end": the edge of the button that it lines up with
//   isSheet    whether it is a drawer from the bottom on a small screen
//   isOpenAtFirst   whether it opens as soon as it is drawn
//   back       a ref of what gets the focus when it closes, in place of the button
//   role       of what opens
export function Popover({ label, button, children, align = "start", isSheet = true, isOpenAtFirst = false, back = null, role = "dialog", className = "" }) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const opener = useRef(null);
  const close = () => setOpen(false);
  const { children: face, ...properties } = button;
  return h(
    window.React.Fragment,
    null,
    h(
      "button",
      {
        type: "button",
        ...properties,
        ref: opener,
        "aria-haspopup": role,
        "aria-expanded": isOpen,
        onClick: () => setOpen(!isOpen),
      },
      face,
    ),
    isOpen && h(Panel, { label, opener, back: back ?? opener, align, role, close, className: `${isSheet ? "popover is-sheet" : "popover"} ${className}` }, typeof children === "function" ? children(close) : children),
  );
}

// What floats at an opener, which may be any element. opener, back: refs of it, and of what gets the focus afterwards.
export function Panel({ label, opener, back, align, role, close, className, children }) {
  const element = useRef(null);
  const current = useRef(close);
  current.current = close;
  useLayoutEffect(() => {
    const panel = element.current;
    panel.showPopover();
    const unpin = pinTo(panel, opener.current, align);
    const sink = float({ element: panel, opener: opener.current, back: back.current, close: () => current.current() });
    return () => {
      unpin();
      sink();
    };
  }, []);
  return h("div", { ref: element, popover: "manual", role, "aria-label": label, tabIndex: -1, className }, children);
}

// What an open popover does: the focus goes into it; Esc, a press outside and the focus going elsewhere close it.
// → sink(), to be called when it closes: the focus goes back to the opener, or to `back`.
export function float({ element, opener, back = opener, close }) {
  const isInside = (node) => element.contains(node) || opener?.contains(node);
  const press = (event) => {
    if (isInside(event.target)) return;
    if (isSmall()) swallowClick(); // behind a drawer nothing can be pressed
    close();
  };
  const leave = ({ relatedTarget }) => relatedTarget && !isInside(relatedTarget) && close();
  document.addEventListener("pointerdown", press, true);
  element.addEventListener("focusout", leave);
  const offEscape = addEscape(close);
  enter(element);
  return () => {
    document.removeEventListener("pointerdown", press, true);
    element.removeEventListener("focusout", leave);
    offEscape();
    if (element.contains(document.activeElement) || document.activeElement === document.body) back?.focus({ preventScroll: true });
  };
}

function swallowClick() {
  const swallow = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener("click", swallow, { capture: true });
  const stop = () => setTimeout(() => document.removeEventListener("click", swallow, { capture: true }));
  document.addEventListener("pointerup", stop, { once: true });
  document.addEventListener("pointercancel", stop, { once: true });
}

// Puts the panel under its opener, or above where there is no room, and keeps it there.
function pinTo(panel, opener, align) {
  const place = () => {
    const from = opener.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = panel;
    const left = align === "end" ? from.right - width : from.left;
    const isAbove = from.bottom + GAP_PX + height > innerHeight - EDGE_PX && from.top > innerHeight - from.bottom;
    const top = isAbove ? from.top - GAP_PX - height : from.bottom + GAP_PX;
    panel.style.setProperty("--x", `${Math.max(EDGE_PX, Math.min(left, innerWidth - width - EDGE_PX))}px`);
    panel.style.setProperty("--y", `${Math.max(EDGE_PX, top)}px`);
  };
  place();
  const sizes = new ResizeObserver(place);
  sizes.observe(panel);
  window.addEventListener("resize", place);
  window.addEventListener("scroll", place, true);
  return () => {
    sizes.disconnect();
    window.removeEventListener("resize", place);
    window.removeEventListener("scroll", place, true);
  };
}

// A field is not focused on a small screen: the keyboard would cover the drawer.
function enter(panel) {
  const members = [...panel.querySelectorAll(FOCUSABLE)].filter((one) => one.tabIndex >= 0);
  const first = panel.querySelector("[data-autofocus]") ?? panel.querySelector('[role^="menuitem"]') ?? members[0];
  if (!first || (isSmall() && first.matches("input, textarea"))) {
    panel.tabIndex = -1;
    panel.focus({ preventScroll: true });
  } else first.focus({ preventScroll: true });
}

// A list of things to do, at its button. items: a list, or () → a list for what is known only as the menu opens;
//   null is a line between, {heading} a word over what follows, else {label, icon, detail, href, isChecked, reason, run}
// A reason says why there is nothing to choose: such an item can be read, and does nothing.
export function Menu({ label, button, items, align = "start", isOpenAtFirst = false, back = null, className = "" }) {
  const list = typeof items === "function" ? items : () => items;
  return h(Popover, { label, button, align, isOpenAtFirst, back, role: "menu", className: `menu ${className}` }, (close) =>
    h("div", { className: "menu-items", role: "presentation", onKeyDown: moveInMenu }, list().map((item, i) => h(Item, { key: i, item, close }))),
  );
}

function Item({ item, close }) {
  if (item === null) return h("hr", { role: "separator" });
  if (item.heading) return h("p", { className: "menu-heading", role: "presentation" }, item.heading);
  const { label, icon, detail, href, isChecked, reason, run } = item;
  const isChoice = isChecked !== undefined;
  const choose = (event) => {
    if (reason) return event.preventDefault();
    close();
    run?.(event);
  };
  return h(
    href && !reason ? "a" : "button",
    {
      type: href && !reason ? undefined : "button",
      href: reason ? undefined : href,
      role: isChoice ? "menuitemradio" : "menuitem",
      className: "menu-item",
      tabIndex: -1,
      title: reason ? undefined : item.title,
      "aria-checked": isChoice ? isChecked : undefined,
      "aria-disabled": reason ? true : undefined,
      "data-autofocus": isChecked || undefined,
      onClick: choose,
    },
    icon && h("span", { className: `icon icon-${icon} is-14`, "aria-hidden": true }),
    h("span", { className: "menu-label" }, label),
    (reason || detail) && h("span", { className: "menu-detail" }, reason ?? detail),
    isChecked && h("span", { className: "icon icon-check is-14", "aria-hidden": true }),
  );
}

// Arrows, Home and End move; a letter goes to the next item that begins with it; Tab closes by leaving.
function moveInMenu(event) {
  const items = [...event.currentTarget.querySelectorAll('[role^="menuitem"]')];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at <= 0 ? items.length - 1 : at - 1, Home: 0, End: items.length - 1 }[event.key] ?? findByLetter(items, at, event);
  if (to === null) return;
  event.preventDefault();
  event.stopPropagation();
  items[to % items.length]?.focus();
}

function findByLetter(items, at, event) {
  if (event.key.length !== 1 || event.key === " " || event.ctrlKey || event.metaKey || event.altKey) return null;
  const letter = event.key.toLowerCase();
  const order = items.map((_, i) => (at + 1 + i) % items.length);
  return order.find((i) => items[i].textContent.trim().toLowerCase().startsWith(letter)) ?? null;
}

// A panel at the right edge, from the bottom on a small screen. It is there while it is drawn.
export function Drawer({ label, title = label, onClose, children, className = "" }) {
  return h(
    ModalDialog,
    { label, onClose, className: `drawer ${className}` },
    h(
      "header",
      { className: "dialog-head" },
      h("h2", null, title),
      h("span", { className: "grow" }),
      h("button", { type: "button", className: "icon-button", title: "Close (Esc)", "aria-label": "Close", onClick: onClose }, h("span", { className: "icon icon-x is-16", "aria-hidden": true })),
    ),
    h("div", { className: "dialog-body" }, h(Boundary, { what: "panel" }, children)),
  );
}

// The browser's modal dialog: the page behind it cannot be reached while it is drawn.
export function ModalDialog({ label, onClose, children, className = "" }) {
  const element = useRef(null);
  const current = useRef(onClose);
  current.current = onClose;
  useLayoutEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    const cancel = (event) => {
      event.preventDefault(); // whoever draws it decides whether it goes
      current.current();
    };
    dialog.addEventListener("cancel", cancel);
    dialog.showModal();
    followDialog();
    const offEscape = addEscape(() => current.current());
    return () => {
      offEscape();
      dialog.removeEventListener("cancel", cancel);
      dialog.close();
      followDialog(dialog);
      if (before?.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  const pressBackdrop = (event) => event.target === element.current && onClose();
  return h("dialog", { ref: element, className, "aria-label": label, onPointerDown: pressBackdrop }, children);
}

// Draws something over the page from outside of a component: showOverlay((close) => h(Drawer, {onClose: close, …})).
// → close()
export function showOverlay(draw) {
  const host = document.createElement("div");
  document.body.append(host);
  const root = window.ReactDOM.createRoot(host);
  const close = () => {
    root.unmount();
    host.remove();
  };
  root.render(draw(close));
  return close;
}
