// Tabs of the pages. Those that do not fit, and those without data, are under `…`; on a small screen all of them
// are in one menu.

import { PageLink } from "./navigation.js";
import { Menu } from "./overlay.js";
import { Icon, h, useLayoutEffect, useRef, useState } from "./react.js";
import { session } from "./session.js";

const MORE_PX = 40;

// pages: {path, title, icon, hasData}; current is one of them
export function Tabs({ pages, current }) {
  const shown = pages.filter((page) => page.hasData || page === current);
  const nav = useRef(null);
  const numFitting = useNumFitting(nav, shown, shown.length < pages.length);
  const tabs = pickTabs(shown, current, numFitting);
  const others = pages.filter((page) => !tabs.includes(page));
  return h(
    "nav",
    { className: "tabs", "aria-label": "Pages", ref: nav },
    tabs.map((page) => h(Tab, { key: page.path, page, isActive: page === current })),
    others.length > 0 &&
      h(Menu, {
        label: "Other pages",
        button: { className: "icon-button tabs-more", title: "Other pages", "aria-label": "Other pages", children: h(Icon, { name: "dots" }) },
        items: others.map((page) => toItem(page, current)),
      }),
  );
}

function Tab({ page, isActive }) {
  return h(
    PageLink,
    { className: isActive ? "tab is-active" : "tab", href: page.path, "aria-current": isActive ? "page" : undefined, "data-page": page.path },
    h(Icon, { name: page.icon }),
    h("span", null, page.title),
  );
}

export function PageMenu({ pages, current }) {
  return h(Menu, {
    label: "Pages",
    className: "page-menu",
    button: {
      className: "page-button",
      title: "Other pages",
      children: [h("span", { key: "title" }, current.title), h(Icon, { key: "more", name: "chevron-down", size: 14 })],
    },
    items: pages.map((page) => ({ ...toItem(page, current), isChecked: page === current })),
  });
}

function toItem(page, current) {
  const reason = page.hasData || page === current ? undefined : `no run logs ${page.kinds[0].replaceAll("_", " ")}`;
  return { label: page.title, icon: page.icon, reason, run: () => session.view.visit(page.path) };
}

// The first tabs that fit, the current one among them in any case.
function pickTabs(shown, current, numFitting) {
  const first = shown.slice(0, numFitting);
  if (first.includes(current) || !shown.includes(current)) return first;
  return [...first.slice(0, Math.max(0, numFitting - 1)), current];
}

// How many tabs there is room for. A tab's width is known from when it was last drawn.
function useNumFitting(nav, shown, hasOthers) {
  const widths = useRef(new Map());
  const [room, setRoom] = useState(Infinity);
  useLayoutEffect(() => {
    const measure = () => {
      for (const tab of nav.current.querySelectorAll("[data-page]")) widths.current.set(tab.dataset.page, tab.getBoundingClientRect().width);
      setRoom(nav.current.clientWidth);
    };
    measure();
    const sizes = new ResizeObserver(measure);
    sizes.observe(nav.current);
    document.fonts.addEventListener("loadingdone", measure);
    return () => {
      sizes.disconnect();
      document.fonts.removeEventListener("loadingdone", measure);
    };
  }, [shown.map((page) => page.path).join()]);
  const needed = shown.map((page) => widths.current.get(page.path) ?? 0);
  const total = needed.reduce((sum, width) => sum + width, 0);
  if (total + (hasOthers ? MORE_PX : 0) <= room) return shown.length;
  let used = MORE_PX;
  const firstOut = needed.findIndex((width) => {
    used += width;
    return used > room;
  });
  return Math.max(1, firstOut < 0 ? shown.length : firstOut);
}
