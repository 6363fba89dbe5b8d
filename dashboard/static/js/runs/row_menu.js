// The menu of a row, at the pointer.

import { Menu } from "../overlay.js";
import { h } from "../react.js";

// items(): of Menu; back: ref of what gets the focus when it closes
export function RowMenu({ name, x, y, items, back }) {
  const button = { className: "menu-anchor", style: { left: x, top: y }, tabIndex: -1, "aria-label": `Menu of ${name}` };
  return h(Menu, { label: `Menu of ${name}`, button, items: items(), isOpenAtFirst: true, back });
}
