// What colours and edge widths mean; a button instead where there is no room for it.

import { Icon, h, useState } from "../react.js";
import { write } from "./colors.js";
import { roundBytes } from "./numbers.js";
import { stopsOf } from "./ramp.js";
import { StepPicker } from "./step_picker.js";

// coloring: of colors.js; live: of use_coloring.js; isCrowded: whether it starts folded
export function Legend({ drawing, coloring, live, isCrowded }) {
  const [choice, setOpen] = useState(null);
  const isOpen = choice ?? !isCrowded;
  if (coloring.kind === undefined && drawing.families.length === 0 && !drawing.byte_range) return null;
  if (!isOpen) {
    return h("button", { type: "button", className: "graph-float graph-legend-button", onClick: () => setOpen(true), "aria-expanded": false }, coloring.name);
  }
  const hide = h("button", { type: "button", className: "graph-legend-hide", "aria-label": "Fold the legend", title: "Fold the legend", onClick: () => setOpen(false) }, h(Icon, { name: "x", size: 12 }));
  return h(
    "div",
    { className: coloring.kind && coloring.kind !== "category" ? "graph-float graph-legend is-ramp" : "graph-float graph-legend" },
    h("h2", null, coloring.name, hide),
    h(Meaning, { drawing, coloring }),
    (coloring.isLogged || coloring.cellsName) && h(StepPicker, { live, name: coloring.isLogged ? "" : coloring.cellsName }),
    drawing.byte_range && h(Widths, { range: drawing.byte_range }),
  );
}

function Meaning({ drawing, coloring }) {
  const { legend } = coloring;
  if (legend.scale) return h(Ramp, { coloring });
  if (legend.isCount) return [h(Row, { key: "bad", className: "is-bad", words: "NaN or infinite, with count" }), h(Row, { key: "none", className: "is-none", words: "none" })];
  const rows = legend.categories ?? drawing.families.map(({ key, name }) => ({ name, color: `var(--f-${key})` }));
  return rows.map(({ name, color }) => h(Row, { key: name, color, words: name }));
}

function Row({ color, className, words }) {
  return h("div", { className: "graph-legend-row" }, h("i", { className, style: color ? { background: color } : undefined }), words);
}

function Ramp({ coloring }) {
  const { scale, words } = coloring.legend;
  return h(
    window.React.Fragment,
    null,
    h("div", { className: "graph-ramp", style: { background: `linear-gradient(90deg, ${stopsOf(document.documentElement.dataset.theme).join(", ")})` } }),
    h("div", { className: "graph-ramp-ends mono" }, h("span", null, scale.low === 0 ? "0" : String(scale.low)), h("span", null, coloring.kind === "log" ? String(scale.high) : write(coloring, scale.high))),
    h("p", null, words),
    h(Row, { className: "is-none", words: "none" }),
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
