// The dock beside (on narrow screens below) the canvas; its width is dragged and remembered.

import { h, useRef, useState } from "../react.js";
import { preference, setPreference } from "../preferences.js";

const MIN_PX = 320;
const MAX_PX = 640;
const STEP_PX = 16;

export function Dock({ children }) {
  const [width, setWidth] = useState(() => preference("graph.dock"));
  const element = useRef(null);
  const resize = (px) => {
    const next = Math.round(Math.min(MAX_PX, Math.max(MIN_PX, px)));
    setWidth(next);
    setPreference("graph.dock", next);
  };
  const onPointerMove = (event) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) resize(element.current.getBoundingClientRect().right - event.clientX);
  };
  const onKeyDown = (event) => {
    const step = { ArrowLeft: STEP_PX, ArrowRight: -STEP_PX }[event.key];
    if (step) resize(element.current.offsetWidth + step);
  };
  return h(
    "aside",
    { className: "graph-dock", ref: element, "aria-label": "Layers and node", style: width ? { "--dock": `${width}px` } : undefined },
    h("div", {
      className: "graph-dock-edge",
      role: "separator",
      tabIndex: 0,
      "aria-orientation": "vertical",
      "aria-label": "Width of the dock",
      "aria-valuemin": MIN_PX,
      "aria-valuemax": MAX_PX,
      "aria-valuenow": width ?? 448,
      onPointerDown: (event) => event.currentTarget.setPointerCapture(event.pointerId),
      onPointerMove,
      onKeyDown,
    }),
    children,
  );
}
