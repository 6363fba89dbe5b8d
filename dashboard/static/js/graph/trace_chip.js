// The bar that says what a trace or a path lights, over the drawing.

import { formatCount } from "../format.js";
import { Icon, h, useMemo } from "../react.js";
import { findBox } from "./actions.js";
import { pathBetween, traceOf } from "./trace.js";

// What is lit now: {lit, names}, or null for everything.
export function useTrace(drawing, view, selectedBox) {
  const second = findBox(drawing.boxes, view.to);
  return useMemo(() => {
    if (!selectedBox) return null;
    if (second) return { lit: pathBetween(drawing, selectedBox.id, second.id), names: [selectedBox.name, second.name] };
    return view.isTraced ? { lit: traceOf(drawing, selectedBox.id), names: [selectedBox.name] } : null;
  }, [drawing, selectedBox, second, view.isTraced]);
}

// lit: as trace.js gives it, or null where no path leads; names: of the two ends, or of the traced one; nouns: of what is lit
export function TraceChip({ lit, boxes, names, nouns = ["box", "boxes"], end }) {
  const leaves = lit ? boxes.filter((box) => lit.boxes.has(box.id) && box.kind !== "group").length : 0;
  const [first, second] = names;
  const text = second ? (lit ? `Paths between ${first} and ${second}` : `No path between ${first} and ${second}`) : `Up- and downstream of ${first}`;
  return h(
    "div",
    { className: "graph-float graph-chip-bar", role: "status" },
    h("span", { className: "graph-ellipsis" }, text),
    lit && h("span", { className: "graph-quiet" }, `${formatCount(leaves)} ${nouns[leaves === 1 ? 0 : 1]}`),
    h("button", { type: "button", className: "icon-button is-small", title: second ? "Leave the path (Esc)" : "Leave the trace (R)", "aria-label": second ? "Leave the path" : "Leave the trace", onClick: end }, h(Icon, { name: "x", size: 14 })),
  );
}
