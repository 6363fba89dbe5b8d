// The search box of the top bar, and the key that opens the palette.

import { addKey, formatKey } from "../keys.js";
import { showOverlay } from "../overlay.js";
import { Icon, h, useLayoutEffect, useRef } from "../react.js";
import { Palette } from "./palette.js";

const KEY = "Mod+K";
const TITLE = "Search or jump to";

let isOpen = false;

// pages: {path, name, title, icon, kinds, hasData}
export function SearchBox({ pages }) {
  const current = useRef(pages);
  current.current = pages;
  useLayoutEffect(() => addKey({ keys: [KEY], label: TITLE, group: "Everywhere", isInFields: true, run: () => openPalette(current.current) }), []);
  return h(
    "button",
    { type: "button", className: "search-box", title: `${TITLE} (${formatKey(KEY)})`, "aria-label": TITLE, "aria-haspopup": "dialog", "aria-keyshortcuts": "Control+K Meta+K", onClick: () => openPalette(pages) },
    h(Icon, { name: "search", size: 14 }),
    h("span", { className: "search-words" }, "Search", h("span", { className: "search-more" }, " or jump to")),
    h("kbd", { className: "kbd" }, formatKey(KEY)),
  );
}

export function openPalette(pages) {
  if (isOpen) return;
  isOpen = true;
  showOverlay((close) => {
    const leave = () => {
      isOpen = false;
      close();
    };
    return h(Palette, { pages, onClose: leave });
  });
}
