// The whole drawing in 132 px, with the part in sight; a click or drag moves there.

import { h, useLayoutEffect, useMemo, useRef } from "../react.js";
import { isAllInSight } from "./viewport.js";

const WIDTH = 120;
const MAX_HEIGHT = 150;
const NARROW_PX = 520;
const MINI_FILLS = { "is-none": "var(--line-strong)", "is-bad": "var(--bad-dot)" };

// place: a ref of {view, size}; show: a ref that gets what shows such a place, without React; canvas: a ref of the GraphCanvas
export function Minimap({ drawing, coloring, place, show, canvas }) {
  const element = useRef(null);
  const width = drawing.left + drawing.right;
  const scale = Math.min(WIDTH / Math.max(1, width), MAX_HEIGHT / Math.max(1, drawing.height));
  const inset = (WIDTH - width * scale) / 2;
  const height = drawing.height * scale;
  useLayoutEffect(() => {
    show.current = ({ view, size }) => {
      element.current.hidden = !width || size.width < NARROW_PX || isAllInSight(drawing, view, size);
      if (!element.current.hidden) setAttributes(element.current.querySelector(".graph-sight"), sight({ drawing, view, size, scale, inset, height }));
    };
    show.current(place.current);
    return () => (show.current = null);
  }, [drawing]);
  const move = (event) => {
    if (event.type === "pointermove" && !event.buttons) return;
    const frame = event.currentTarget.getBoundingClientRect();
    const { view, size } = place.current;
    const x = (event.clientX - frame.left - inset) / scale - drawing.left;
    const y = (event.clientY - frame.top) / scale;
    canvas.current.moveTo({ k: view.k, x: size.width / 2 - x * view.k, y: size.height / 2 - y * view.k });
  };
  const boxes = useMemo(() => drawing.boxes.map((box) => h(MiniBox, { key: box.id, box, look: coloring.look(box), scale, x: inset + (box.x + drawing.left) * scale })), [drawing, coloring]);
  return h(
    "div",
    { ref: element, className: "graph-float graph-minimap" },
    h("svg", { width: WIDTH, height: Math.ceil(height) + 1, onPointerDown: move, onPointerMove: move, role: "img", "aria-label": "Whole graph" }, boxes, h("rect", { className: "graph-sight", rx: 2 })),
  );
}

function setAttributes(element, values) {
  for (const [name, value] of Object.entries(values)) element.setAttribute(name, value);
}

function MiniBox({ box, look, scale, x }) {
  return h("rect", {
    className: box.kind === "group" ? "graph-mini-group" : "graph-mini-box",
    style: { "--family": look?.family ?? `var(--f-${box.family})`, fill: MINI_FILLS[look?.name] ?? look?.fill },
    x,
    y: box.y * scale,
    width: Math.max(1.5, box.width * scale),
    height: Math.max(1.5, box.height * scale),
    rx: 1,
  });
}

function sight({ drawing, view, size, scale, inset, height }) {
  const left = inset + (-view.x / view.k + drawing.left) * scale;
  const top = (-view.y / view.k) * scale;
  const [x0, x1] = [Math.max(0, left), Math.min(WIDTH, left + (size.width / view.k) * scale)];
  const [y0, y1] = [Math.max(0, top), Math.min(height, top + (size.height / view.k) * scale)];
  return { x: x0 + 0.5, y: y0 + 0.5, width: Math.max(0, x1 - x0 - 1), height: Math.max(0, y1 - y0 - 1) };
}
