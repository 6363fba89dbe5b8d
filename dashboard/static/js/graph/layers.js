// The layer table: one row for each module in sight, and their totals.

import { formatCount } from "../format.js";
import { h } from "../react.js";
import { shortBytes, shortCount } from "./numbers.js";

const DASH = "–";

// on: {select(id), toggle(id), hover(id)}
export function LayerTable({ drawing, selected, on }) {
  const { layers, totals } = drawing;
  const columns = COLUMNS.filter((column) => column.isShown(totals));
  return h(
    "section",
    { className: "graph-layers", "aria-label": "Layers" },
    h("div", { className: "graph-dock-head" }, h("h2", null, "Layers"), h("span", null, subtitle(drawing))),
    h(
      "div",
      { className: "graph-layers-scroll" },
      h(
        "table",
        { onMouseLeave: () => on.hover("") },
        h("thead", null, h("tr", null, h("th", { scope: "col" }, "Layer"), columns.map((c) => h("th", { key: c.name, scope: "col", className: c.className }, c.name)))),
        h("tbody", null, layers.map((row) => h(Row, { key: row.id, row, columns, totals, isSelected: row.id === selected, on }))),
        h("tfoot", null, h("tr", null, h("td", null, "Total"), columns.map((c) => h("td", { key: c.name, className: c.className, title: c.exact?.(totals) }, c.total(totals))))),
      ),
    ),
  );
}

function subtitle({ is_traced: isTraced, batch, totals }) {
  if (isTraced) return batch ? `forward pass, batch ${formatCount(batch)}` : "forward pass";
  return `${formatCount(totals.nodes)} nodes`;
}

const COLUMNS = [
  { name: "Output", isShown: () => true, cell: (row) => row.output || DASH, total: () => "" },
  { name: "Ops", isShown: (t) => !t.flops && !t.params, cell: (row) => shortCount(row.nodes), total: (t) => shortCount(t.nodes), exact: (row) => formatCount(row.nodes) },
  { name: "Params", isShown: (t) => t.params > 0, cell: (row) => (row.params ? shortCount(row.params) : DASH), total: (t) => shortCount(t.params), exact: (row) => formatCount(row.params) },
  { name: "Share", className: "is-share", isShown: (t) => t.params > 0, cell: (row, t) => h(Share, { share: row.params / t.params }), total: () => "" },
  { name: "FLOPs", isShown: (t) => t.flops > 0, cell: (row) => (row.flops ? shortCount(row.flops) : DASH), total: (t) => shortCount(t.flops), exact: (row) => formatCount(row.flops) },
  { name: "Saved", isShown: (t) => t.saved_bytes > 0, cell: (row) => (row.saved_bytes ? shortBytes(row.saved_bytes) : DASH), total: (t) => shortBytes(t.saved_bytes), exact: (row) => `${formatCount(row.saved_bytes)} bytes kept for the backward pass` },
];

function Share({ share }) {
  return h("span", { className: "graph-share", title: `${(share * 100).toFixed(share < 0.1 ? 2 : 1)} % of all parameters` }, h("i", { style: { width: `${share * 100}%` } }));
}

function Row({ row, columns, totals, isSelected, on }) {
  return h(
    "tr",
    {
      "data-layer": row.id,
      "aria-selected": isSelected,
      onClick: () => on.select(row.id),
      onDoubleClick: () => row.can_open && on.toggle(row.id),
      onMouseEnter: () => on.hover(row.id),
    },
    h("td", { style: { paddingLeft: 14 + row.depth * 13 } }, h(Fold, { row, on }), h("span", { title: row.id }, row.name, row.count > 0 && h("span", { className: "graph-quiet" }, ` ×${row.count}`))),
    columns.map((column) => h("td", { key: column.name, className: column.className, title: column.exact?.(row) }, column.cell(row, totals))),
  );
}

function Fold({ row, on }) {
  if (!row.can_open) return h("span", { className: "graph-fold-space" });
  const toggle = (event) => {
    event.stopPropagation();
    on.toggle(row.id);
  };
  return h(
    "button",
    { type: "button", className: "graph-fold-button", "aria-expanded": row.is_open, "aria-label": `${row.is_open ? "Close" : "Open"} ${row.name}`, onClick: toggle, onDoubleClick: (event) => event.stopPropagation() },
    h("span", { className: `icon icon-chevron-${row.is_open ? "down" : "right"} is-12` }),
  );
}
