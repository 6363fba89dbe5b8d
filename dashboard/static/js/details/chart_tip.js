// What a small chart shows where the pointer is: the value there and when that was, under a line.

import { formatClock, formatDuration, formatValue } from "../format.js";
import { nearestIndex } from "../plot/nearest.js";
import { h, useRef, useState } from "../react.js";

// plot: a ref of the element that a LinePlot draws `line` into, over relative time; children: that element.
export function ChartTip({ plot, line, children }) {
  const [at, setAt] = useState(null); // {left, index}
  const box = useRef(null);
  const point = ({ clientX }) => setAt(line ? locate(plot.current.querySelector(".u-over"), box.current, line, clientX) : null);
  const index = at && Math.min(at.index, line.values.length - 1);
  return h(
    "div",
    { ref: box, className: "chart-tip-box", onPointerMove: point, onPointerDown: point, onPointerLeave: () => setAt(null) },
    children,
    at && h("span", { className: "chart-tip-line", style: { left: at.left }, "aria-hidden": true }),
    at && h("span", { className: "chart-tip", role: "tooltip" }, h("strong", null, formatValue(line.values[index])), `${formatClock(line.firstWall + line.walls.at(index))}, ${formatDuration(line.walls.at(index), 2)} in`),
  );
}

// The point nearest to the pointer, and where it stands in the box; null outside of the plot and without points.
function locate(over, box, line, clientX) {
  if (!over || line.values.length === 0) return null;
  const inner = over.getBoundingClientRect();
  const walls = line.walls.all;
  const [first, last] = [walls[0], walls.at(-1)];
  const share = Math.max(0, Math.min(1, (clientX - inner.left) / inner.width));
  const index = nearestIndex(walls, first + share * (last - first));
  const place = last > first ? (walls[index] - first) / (last - first) : 0.5;
  return { index, left: inner.left - box.getBoundingClientRect().left + place * inner.width };
}
