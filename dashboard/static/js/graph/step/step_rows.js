// The rows of a training step with their heads, which stay in sight, in a frame that scrolls.

import { h, useEffect, useLayoutEffect, useRef, useState } from "../../react.js";
import { onFontsLoaded } from "../text.js";
import { Tooltip } from "../tooltip.js";
import { ZoomButtons } from "../zoom_buttons.js";
import { rowDomId, StepCanvas } from "./canvas.js";
import { takesFocus } from "./view_switch.js";
import { headTexts } from "./words.js";

const ZOOMS = [0.5, 0.67, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2];
const HEAD_PX = 46;

// row: the selected one; live: {norm(row), ratio(row), value(id)}; canvas: a ref that gets the StepCanvas; chip: a bar over
// the rows, or null; on: {select(id, isSecond), toggle(id), pick(id, place), key(event)}
export function StepRows({ step, row, spotlight, live, zoom, setZoom, frame, canvas, chip, on }) {
  const host = useRef(null);
  const [columns, setColumns] = useState(null);
  const [hovered, setHovered] = useState(null);
  const [fonts, setFonts] = useState(0);
  const size = useSize(frame, zoom);
  useEffect(() => onFontsLoaded(() => setFonts((count) => count + 1)), []);
  useLayoutEffect(() => {
    canvas.current = new StepCanvas(host.current);
    if (takesFocus()) frame.current.focus({ preventScroll: true });
    return () => canvas.current.destroy();
  }, []);
  useLayoutEffect(() => {
    setHovered(null);
    if (size) setColumns(canvas.current.show(step, size, live));
  }, [step, size, live, fonts]);
  useLayoutEffect(() => canvas.current.select(row?.id ?? ""), [row?.id, step, size, live, fonts]);
  useLayoutEffect(() => canvas.current.spotlight(spotlight), [spotlight, step, size, live, fonts]);
  useEffect(() => reveal(frame.current, canvas.current.rows.find((one) => one.id === row?.id), zoom), [row?.id, step]);
  const hover = (event) => setHovered(hoveredAt(event, step));
  return h(
    "div",
    { className: "graph-step-work" },
    h(
      "div",
      { className: "graph-step-scroll", ref: frame, role: "tree", tabIndex: 0, "aria-label": "Training step", "aria-activedescendant": row ? rowDomId(row.id) : undefined, onKeyDown: on.key },
      h(
        "div",
        { className: columns?.isNarrow ? "graph-step-scale is-narrow" : "graph-step-scale", style: { zoom, width: columns?.width } },
        columns && h(Heads, { columns, texts: headTexts(step, columns.saved.width < 140) }),
        h("div", { className: "graph-step-canvas", ref: host, onClick: (event) => click(event, on), onDoubleClick: (event) => on.toggle(idAt(event)), onPointerOver: hover, onPointerLeave: () => setHovered(null) }),
      ),
    ),
    chip,
    h(ZoomButtons, { fitted: "Fit the columns into the page", zoom: { in: () => setZoom(nextZoom(zoom, 1)), out: () => setZoom(nextZoom(zoom, -1)), fit: () => setZoom(1) } }),
    h(Tooltip, { hovered, frame }),
  );
}

function Heads({ columns, texts }) {
  return h(
    "div",
    { className: "graph-step-heads" },
    Object.entries(texts).map(([name, [title, total]]) =>
      h("div", { key: name, className: `graph-step-head is-${name}`, style: { left: name === "module" ? 0 : columns[name].x, paddingLeft: name === "module" ? columns.module.x : 0, width: columns[name].width } }, h("strong", null, title), h("span", { className: "mono" }, total)),
    ),
  );
}

function useSize(frame, zoom) {
  const [size, setSize] = useState(null);
  useLayoutEffect(() => {
    const measure = () => {
      const { clientWidth, clientHeight } = frame.current;
      if (clientWidth > 0) setSize((last) => sameSize(last, { width: Math.floor(clientWidth / zoom), height: Math.floor(clientHeight / zoom) }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [frame, zoom]);
  return size;
}

function sameSize(last, next) {
  return last && last.width === next.width && last.height === next.height ? last : next;
}

function idAt(event) {
  return event.target.closest("[data-id]")?.dataset.id ?? "";
}

function click(event, on) {
  const id = idAt(event);
  const block = event.target.closest("[data-place]");
  if (block) on.pick(id, Number(block.dataset.place));
  else if (event.target.closest(".graph-step-fold")) on.toggle(id);
  else on.select(id, event.shiftKey);
}

function hoveredAt(event, step) {
  const element = event.target.closest(".graph-step-cell, .graph-step-ribbon");
  const row = element && step.rows.find((one) => one.id === idAt(event));
  if (!row) return null;
  const box = { ...row, ...row.all, item: row.id, detail: row.op === row.forward ? "" : row.forward };
  return { box, element, x: event.clientX, y: event.clientY };
}

// Scrolls as little as brings a row into sight.
function reveal(frame, row, zoom) {
  if (!frame || !row) return;
  const [top, bottom] = [row.y * zoom, (row.y + row.height + HEAD_PX + 8) * zoom];
  if (top < frame.scrollTop) frame.scrollTop = top;
  else if (bottom > frame.scrollTop + frame.clientHeight) frame.scrollTop = bottom - frame.clientHeight;
}

export function nextZoom(zoom, by) {
  const place = ZOOMS.indexOf(zoom) + by;
  return ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, place))];
}
