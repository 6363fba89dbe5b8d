// The dock beside (on narrow screens below) the canvas; its width is dragged and remembered.

import { h, useLayoutEffect, useRef, useState } from "../react.js";
import { preference, setPreference } from "../preferences.js";

const MIN_PX = 320;
const MAX_PX = 640;
const STEP_PX = 16;
const [MIN_SHARE, USUAL_SHARE, MAX_SHARE] = [12, 55, 88]; // %
const STEP_SHARE = 4;

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

// Between the layer table and the node panel; its place is dragged, moved by the arrow keys, and remembered. A double
// click gives the table what it needs, up to half.
export function Divider() {
  const [share, setShare] = useState(() => preference("graph.layers"));
  const element = useRef(null);
  const set = (percent) => {
    const next = percent === null ? null : Math.round(Math.min(MAX_SHARE, Math.max(MIN_SHARE, percent)));
    setShare(next);
    setPreference("graph.layers", next);
  };
  useLayoutEffect(() => {
    const { style } = element.current.parentElement;
    if (share === null) style.removeProperty("--layers");
    else style.setProperty("--layers", `${share}%`);
  }, [share]);
  const shareNow = () => {
    const frame = element.current.parentElement.getBoundingClientRect();
    return (100 * (element.current.getBoundingClientRect().top - frame.top)) / frame.height;
  };
  const onPointerMove = (event) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const frame = element.current.parentElement.getBoundingClientRect();
    set((100 * (event.clientY - frame.top)) / frame.height);
  };
  const onKeyDown = (event) => {
    const step = { ArrowUp: -STEP_SHARE, ArrowDown: STEP_SHARE }[event.key];
    if (!step) return;
    event.preventDefault();
    set(shareNow() + step);
  };
  return h("div", {
    ref: element,
    className: "graph-divider",
    role: "separator",
    tabIndex: 0,
    title: "Drag to divide the dock; double-click for the usual place",
    "aria-orientation": "horizontal",
    "aria-label": "Height of the layer table",
    "aria-valuemin": MIN_SHARE,
    "aria-valuemax": MAX_SHARE,
    "aria-valuenow": share ?? USUAL_SHARE,
    onPointerDown: (event) => event.currentTarget.setPointerCapture(event.pointerId),
    onPointerMove,
    onKeyDown,
    onDoubleClick: () => set(null),
  });
}
