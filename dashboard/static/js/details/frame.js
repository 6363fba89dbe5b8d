// Where the details stand: beside the list of runs, with the charts in reach, or in a drawer on a small screen.

import { addEscape } from "../keys.js";
import { Drawer } from "../overlay.js";
import { Icon, h, useLayoutEffect, useReducer, useEffect, useRef } from "../react.js";
import { isSmall, onSmall } from "../screen.js";

// title: text that names the panel; head: what stands at its top; run: whose details they are.
export function Frame({ title, head, run, close, children, foot }) {
  const isDrawer = useIsSmall();
  const parts = [h(Body, { key: "body" }, children), foot && h("div", { key: "foot", className: "details-foot" }, foot)];
  if (isDrawer) return h(Drawer, { label: title, title: head, onClose: close, className: "details is-drawer" }, parts);
  return h(Beside, { title, run, close }, h(Head, { head, close }), parts);
}

// A drawer gives the focus to it, so that what is read first is the run and not its color.
function Body({ children }) {
  const element = useRef(null);
  useLayoutEffect(() => element.current.setAttribute("autofocus", ""), []);
  return h("div", { ref: element, className: "details-body", tabIndex: -1 }, children);
}

function Head({ head, close }) {
  return h(
    "div",
    { className: "details-head" },
    h("h2", null, head),
    h("button", { type: "button", className: "icon-button is-small", title: "Close (Esc)", "aria-label": "Close", onClick: close }, h(Icon, { name: "x", size: 14 })),
  );
}

// Not modal, and not on the top layer: the charts and the list go on working, and what is notified stands over it. The focus goes in when another run is shown, and back at the end.
function Beside({ title, run, close, children }) {
  const element = useRef(null);
  const current = useRef(close);
  current.current = close;
  useLayoutEffect(() => {
    const before = document.activeElement;
    const panel = element.current;
    const offEscape = addEscape(() => current.current());
    return () => {
      offEscape();
      const hasFocus = panel.contains(document.activeElement);
      if (hasFocus && before?.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  useEffect(() => element.current.focus({ preventScroll: true }), [run]);
  return h("section", { ref: element, role: "dialog", "aria-label": title, tabIndex: -1, className: "details" }, children);
}

function useIsSmall() {
  const [, redraw] = useReducer((count) => count + 1, 0);
  useEffect(() => onSmall(redraw), []);
  return isSmall();
}
