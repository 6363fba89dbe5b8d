// The top bar: mark, logdir, pages that have data, live state, theme.

import { LiveState } from "./live_state.js";
import { Icon, h, useEffect, useReducer, useSession, useState } from "./react.js";
import { setPreference } from "./preferences.js";
import "./request_errors.js";
import { session } from "./session.js";
import { useEscape } from "./use_keys.js";

export default function TopBar({ pages, setProps }) {
  useSession(session, ["runs", "theme", "live", "view"]);
  const path = usePath();
  const kinds = session.kindsPresent();
  const shown = pages.filter((page) => page.kinds.some((kind) => kinds.has(kind)));
  useEffect(() => setProps({ theme: session.theme }), [session.theme]);
  return h(
    "header",
    { className: "top-bar" },
    h("a", { className: "mark", href: pages[0].path, onClick: goTo, "aria-label": "board, first page" }, h(Mark), "board"),
    h("span", { className: "logdir mono", title: "The logdir that board watches" }, session.logdir?.label ?? ""),
    h("span", { className: "rule" }),
    h(
      "nav",
      { className: "tabs", "aria-label": "Pages" },
      shown.map((page) => h(Tab, { key: page.path, page, isActive: isAt(page, path, pages) })),
    ),
    h("span", { className: "grow" }),
    h(RunsToggle),
    h(LiveState),
    h("span", { className: "rule" }),
    h(ThemeButton),
  );
}

function Mark() {
  return h(
    "svg",
    { viewBox: "0 0 20 20", width: 20, height: 20, "aria-hidden": true },
    h("rect", { width: 20, height: 20, rx: 5, fill: "var(--ink)" }),
    h("path", {
      d: "M6.6 4v11M6.6 11.4a3.6 3.6 0 1 1 0 .8",
      fill: "none",
      stroke: "var(--surface)",
      strokeWidth: 2,
      strokeLinecap: "round",
    }),
    h("circle", { cx: 13.6, cy: 5.6, r: 1.9, fill: "var(--accent)" }),
  );
}

function Tab({ page, isActive }) {
  return h(
    "a",
    {
      className: isActive ? "tab is-active" : "tab",
      href: session.view.href(page.path),
      onClick: goTo,
      "aria-current": isActive ? "page" : undefined,
    },
    h(Icon, { name: page.icon }),
    h("span", null, page.title),
  );
}

function isAt(page, path, pages) {
  return path === page.path || (page === pages[0] && pages.every((one) => one.path !== path));
}

// An ordinary link would load the page anew.
function goTo(event) {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  session.view.visit(new URL(event.currentTarget.href).pathname);
}

function usePath() {
  const [, redraw] = useReducer((count) => count + 1, 0);
  useEffect(() => {
    window.addEventListener("popstate", redraw);
    window.addEventListener("board-path", redraw);
    return () => {
      window.removeEventListener("popstate", redraw);
      window.removeEventListener("board-path", redraw);
    };
  }, []);
  return location.pathname;
}

// On a small screen the run panel is a drawer; this opens it.
function RunsToggle() {
  const [isOpen, setOpen] = useState(false);
  useSession(session, ["selection"]);
  useEscape(isOpen, () => setOpen(false));
  return h(
    "button",
    { type: "button", className: "runs-toggle", "aria-expanded": isOpen, onClick: () => setOpen(!isOpen) },
    h(Icon, { name: isOpen ? "x" : "list-check" }),
    session.selected.size === 1 ? "1 run" : `${session.selected.size} runs`,
  );
}

function ThemeButton() {
  const next = session.theme === "dark" ? "light" : "dark";
  return h(
    "button",
    {
      className: "icon-button",
      type: "button",
      title: `Use the ${next} theme`,
      "aria-label": `Use the ${next} theme`,
      onClick: () => setPreference("theme", next),
    },
    h(Icon, { name: session.theme === "dark" ? "sun" : "moon" }),
  );
}
