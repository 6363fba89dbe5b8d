// What colours and edge widths mean; a button instead where the canvas is narrow.

import { Icon, h, useState } from "../react.js";
import { roundBytes } from "./numbers.js";

const NARROW_PX = 680;

export function Legend({ drawing, width }) {
  const [choice, setOpen] = useState(null);
  const isOpen = choice ?? width >= NARROW_PX;
  if (drawing.families.length === 0 && !drawing.byte_range) return null;
  if (!isOpen) {
    return h("button", { type: "button", className: "graph-float graph-legend-button", onClick: () => setOpen(true), "aria-expanded": false }, "Structure");
  }
  return h(
    "div",
    { className: "graph-float graph-legend" },
    h("h2", null, "Structure", h("button", { type: "button", className: "graph-legend-hide", "aria-label": "Fold the legend", title: "Fold the legend", onClick: () => setOpen(false) }, h(Icon, { name: "x", size: 12 }))),
    drawing.families.map(({ key, name }) =>
      h("div", { key, className: "graph-legend-row" }, h("i", { style: { background: `var(--f-${key})` } }), name),
    ),
    drawing.byte_range && h(Widths, { range: drawing.byte_range }),
  );
}

function Widths({ range }) {
  const [low, high] = range.map(roundBytes);
  return h(
    "div",
    { className: "graph-legend-row", title: "Thickness of an edge: the bytes that flow over it, by their logarithm" },
    h(
      "svg",
      { width: 42, height: 12, "aria-hidden": true },
      h("path", { d: "M0,6H18", className: "graph-legend-edge", strokeWidth: 1.3 }),
      h("path", { d: "M22,6H42", className: "graph-legend-edge", strokeWidth: 5.5 }),
    ),
    h("span", { className: "mono" }, `${low} – ${high}`),
  );
}
