// The layer table: one row for each module in sight, sorted as asked, and their totals.

import { formatCount } from "../format.js";
import { Menu } from "../overlay.js";
import { preference, setPreference } from "../preferences.js";
import { Icon, h, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../react.js";
import { isSmall } from "../screen.js";
import { SIGNS } from "./compare.js";
import { csvItems } from "./export_menu.js";
import { COLUMNS, shownColumns } from "./layer_columns.js";
import { outerRow, rowStep, rowsInSight, sortedRows } from "./layer_rows.js";

const ROW_PX = { wide: 25, small: 36 };

// on: {select(id), toggle(id), hover(id)}; hovered: id of the item under the pointer on the canvas
export function LayerTable({ drawing, run, selected, hovered, on }) {
  const { layers, totals } = drawing;
  const [hidden, setHidden] = useState(() => preference("graph.hidden"));
  const [sort, setSort] = useState(null); // {key, isDown}
  const columns = shownColumns(totals, drawing.comparison ? [...hidden, "share", "output"] : hidden); // two figures take their place
  const rows = useMemo(() => sortedRows(layers, sort && { ...sort, order: COLUMNS.find(({ key }) => key === sort.key).order }), [layers, sort]);
  const hide = (key) => {
    const next = hidden.includes(key) ? hidden.filter((one) => one !== key) : [...hidden, key];
    setHidden(next);
    setPreference("graph.hidden", next);
  };
  return h(
    "section",
    { className: "graph-layers", "aria-label": "Layers" },
    h(
      "div",
      { className: "graph-dock-head" },
      h("h2", null, "Layers"),
      h("span", { className: "graph-ellipsis" }, subtitle(drawing)),
      h("span", { className: "grow" }),
      h(ColumnChoice, { totals, hidden, hide }),
      h(Menu, { label: "Layer table as CSV", align: "end", items: () => csvItems({ ...drawing, layers: rows }, run), button: { className: "icon-button is-small", title: "Layer table as CSV", "aria-label": "Layer table as CSV", children: h(Icon, { name: "download", size: 14 }) } }),
    ),
    h(Table, { rows, drawing, columns, sort, setSort, selected, hovered, on }),
  );
}

function subtitle({ is_traced: isTraced, batch, totals }) {
  if (isTraced) return batch ? `forward pass, batch ${formatCount(batch)}` : "forward pass";
  return `${formatCount(totals.nodes)} nodes`;
}

function ColumnChoice({ totals, hidden, hide }) {
  const items = COLUMNS.filter((column) => column.isShown(totals)).map(({ key, name }) => ({ label: name, icon: hidden.includes(key) ? "square" : "square-check", run: () => hide(key), title: `${hidden.includes(key) ? "Show" : "Hide"} the column ${name}` }));
  return h(Menu, { label: "Columns of the layer table", align: "end", items, button: { className: "icon-button is-small", title: "Columns", "aria-label": "Columns of the layer table", children: h(Icon, { name: "columns-3", size: 14 }) } });
}

function Table({ rows, drawing, columns, sort, setSort, selected, hovered, on }) {
  const scroller = useRef(null);
  const [place, setPlace] = useState({ top: 0, height: 600 });
  const [focused, setFocused] = useState("");
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([{ target }]) => setPlace({ top: target.scrollTop, height: target.clientHeight }));
    observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);
  const rowPx = isSmall() ? ROW_PX.small : ROW_PX.wide;
  const [from, to] = rowsInSight(rows.length, place, rowPx);
  const at = Math.max(0, rows.findIndex((row) => row.id === (focused || selected)));
  useEffect(() => {
    const frame = requestAnimationFrame(() => follow(scroller.current, rows.findIndex((row) => row.id === selected), rowPx)); // measured with all else that is new
    return () => cancelAnimationFrame(frame);
  }, [selected, rows]);
  const focus = (index) => {
    setFocused(rows[index].id);
    follow(scroller.current, index, rowPx);
  };
  const toFocus = useFocus(scroller, focused);
  const onKeyDown = (event) => {
    if (event.target.closest("thead, button")) return;
    const row = rows[at];
    const next = rowStep(rows, at, event.key);
    if (next !== null) toFocus(() => focus(next));
    else if (event.key === "Enter" || event.key === " ") on.select(row.id);
    else if (event.key === "ArrowRight" && row.can_open && !row.is_open) on.toggle(row.id);
    else if (event.key === "ArrowLeft" && row.is_open) on.toggle(row.id);
    else if (event.key === "ArrowLeft") toFocus(() => focus(outerRow(rows, at)));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onScroll = ({ currentTarget: { scrollTop, clientHeight } }) => rows.length > 100 && setPlace({ top: scrollTop, height: clientHeight });
  return h(
    "div",
    { className: "graph-layers-scroll", ref: scroller, onScroll },
    h(
      "table",
      { role: "treegrid", "aria-label": "Layers", "aria-rowcount": rows.length + 2, onMouseLeave: () => on.hover(""), onKeyDown },
      h("thead", null, h("tr", null, h("th", { scope: "col" }, "Layer"), columns.map((column) => h(Head, { key: column.key, column, sort, setSort })))),
      h(
        "tbody",
        null,
        h(Space, { px: from * rowPx, columns }),
        rows.slice(from, to).map((row, i) => h(Row, { key: row.id, row, index: from + i, columns, totals: drawing.totals, isSelected: row.id === selected, isLit: row.id === hovered, isReached: from + i === at, on })),
        h(Space, { px: (rows.length - to) * rowPx, columns }),
      ),
      h(Foot, { drawing, columns }),
    ),
  );
}

// Moves the focus to the row that a key led to, once it is drawn.
function useFocus(scroller, focused) {
  const isWanted = useRef(false);
  useLayoutEffect(() => {
    if (!isWanted.current) return;
    isWanted.current = false;
    scroller.current.querySelector('tr[tabindex="0"]')?.focus({ preventScroll: true });
  }, [focused]);
  return (move) => {
    isWanted.current = true;
    move();
  };
}

// Scrolls so that a row is between the head and the total.
function follow(element, index, rowPx) {
  if (!element || index < 0) return;
  const head = element.querySelector("thead").offsetHeight;
  const foot = element.querySelector("tfoot").offsetHeight;
  const top = index * rowPx;
  const room = element.clientHeight - head - foot;
  if (top < element.scrollTop) element.scrollTop = top;
  else if (top + rowPx > element.scrollTop + room) element.scrollTop = top + rowPx - room;
}

function Space({ px, columns }) {
  return px > 0 ? h("tr", { "aria-hidden": true, style: { height: px } }, h("td", { colSpan: columns.length + 1 })) : null;
}

// Largest first, smallest first, then the order of the graph again.
function Head({ column, sort, setSort }) {
  const isSorted = sort?.key === column.key;
  const press = () => setSort(!isSorted ? { key: column.key, isDown: true } : sort.isDown ? { key: column.key, isDown: false } : null);
  return h(
    "th",
    { scope: "col", className: column.className, "aria-sort": isSorted ? (sort.isDown ? "descending" : "ascending") : "none" },
    h("button", { type: "button", onClick: press, title: column.title ?? `Sort by ${column.name}` }, isSorted && h(Icon, { name: sort.isDown ? "chevron-down" : "chevron-up", size: 12 }), column.name),
  );
}

function Foot({ drawing: { totals, comparison }, columns }) {
  const whole = comparison ? { ...totals, was: comparison.was } : totals;
  const cell = (column) => {
    const now = column.total(whole);
    const before = whole.was && now ? column.total(whole.was) : now;
    return before === now ? now : [h("span", { key: "was", className: "graph-was-cell" }, `${before}→`), now];
  };
  return h("tfoot", null, h("tr", null, h("td", null, "Total"), columns.map((column) => h("td", { key: column.key, className: column.className, title: column.total(whole) ? column.exact?.(totals) : undefined }, cell(column)))));
}

function Row({ row, index, columns, totals, isSelected, isLit, isReached, on }) {
  return h(
    "tr",
    {
      "data-layer": row.id,
      className: `${isLit ? "is-lit" : ""}${row.change ? ` change-${row.change}` : ""}` || undefined,
      tabIndex: isReached ? 0 : -1,
      "aria-rowindex": index + 2,
      "aria-level": row.depth + 1,
      "aria-expanded": row.can_open ? row.is_open : undefined,
      "aria-selected": isSelected,
      onClick: () => on.select(row.id),
      onDoubleClick: () => row.can_open && on.toggle(row.id),
      onMouseEnter: () => on.hover(row.id),
    },
    h("td", { style: { paddingLeft: 14 + row.depth * 13 } }, h(Fold, { row, on }), h(Name, { row })),
    columns.map((column) => h("td", { key: column.key, className: column.className, title: column.exact?.(row) }, column.cell(row, totals))),
  );
}

function Name({ row }) {
  return [
    row.change && h("span", { key: "sign", className: "graph-sign-cell", title: row.change }, SIGNS[row.change]),
    h("span", { key: "name", title: row.id }, row.name, row.count > 0 && h("span", { className: "graph-quiet" }, ` ×${row.count}`)),
  ];
}

function Fold({ row, on }) {
  if (!row.can_open) return h("span", { className: "graph-fold-space" });
  const toggle = (event) => {
    event.stopPropagation();
    on.toggle(row.id);
  };
  return h(
    "button",
    { type: "button", tabIndex: -1, className: "graph-fold-button", "aria-label": `${row.is_open ? "Close" : "Open"} ${row.name}`, onClick: toggle, onDoubleClick: (event) => event.stopPropagation() },
    h("span", { className: `icon icon-chevron-${row.is_open ? "down" : "right"} is-12` }),
  );
}
