// What stands under the pointer, after a moment, beside the box and never over it.

import { h, useEffect, useLayoutEffect, useRef, useState } from "../react.js";
import { formatCount } from "../format.js";
import { shortBytes } from "./numbers.js";

const WAIT_MS = 300;
const GAP = 10;

// hovered: {box | edge, element, x, y} or null; frame: the canvas.
export function Tooltip({ hovered, frame }) {
  const [shown, setShown] = useState(null);
  const element = useRef(null);
  const key = hovered && (hovered.box?.id ?? hovered.edge);
  useEffect(() => {
    setShown(null);
    if (!hovered) return undefined;
    const timer = setTimeout(() => setShown(hovered), WAIT_MS);
    return () => clearTimeout(timer);
  }, [key]);
  useLayoutEffect(() => {
    if (shown && element.current) place(element.current, shown, frame.current);
  }, [shown]);
  if (!shown) return null;
  return h("div", { className: "graph-tooltip", ref: element, role: "tooltip" }, shown.box ? h(BoxText, { box: shown.box }) : h(EdgeText, { edge: shown.edge }));
}

function BoxText({ box }) {
  if (!box.item) return h("strong", null, `${formatCount(box.count)} nodes in one; press to list them`);
  const figures = [
    box.params && `${formatCount(box.params)} params`,
    box.tied && `tied with ${box.tied}`,
    box.flops && `${formatCount(box.flops)} FLOP`,
    box.saved_bytes && `${shortBytes(box.saved_bytes)} saved`,
    box.nodes > 1 && `${formatCount(box.nodes)} nodes`,
    box.kind === "aux" && box.count && `read by ${formatCount(box.count)}`,
  ].filter(Boolean);
  return [
    h("strong", { key: "id", className: "mono" }, box.item),
    h("div", { key: "op" }, [box.op, box.detail].filter(Boolean).join(" ")),
    figures.length > 0 && h("div", { key: "figures", className: "mono" }, figures.join(" · ")),
  ];
}

function EdgeText({ edge }) {
  return [
    h("strong", { key: "title", className: "mono" }, edge.title || "unknown shape"),
    edge.bytes > 0 && h("div", { key: "bytes", className: "mono" }, shortBytes(edge.bytes)),
  ];
}

function place(element, hovered, frame) {
  const outer = frame.getBoundingClientRect();
  const [width, height] = [element.offsetWidth, element.offsetHeight];
  const box = hovered.box ? hovered.element.getBoundingClientRect() : { left: hovered.x, right: hovered.x, top: hovered.y - 4, bottom: hovered.y + 4 };
  let left = box.right - outer.left + GAP;
  let top = box.top - outer.top;
  if (left + width > outer.width - GAP) left = box.left - outer.left - width - GAP;
  if (left < GAP) {
    left = Math.max(GAP, Math.min(outer.width - width - GAP, box.left - outer.left));
    top = box.bottom - outer.top + GAP;
    if (top + height > outer.height) top = box.top - outer.top - height - GAP;
  }
  element.style.left = `${left}px`;
  element.style.top = `${Math.max(GAP, Math.min(outer.height - height - GAP, top))}px`;
}
