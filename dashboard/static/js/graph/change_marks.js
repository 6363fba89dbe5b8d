// What a comparison adds to a drawn box: the sign at its corner, and in the second line what was before and is now.

import { SIGNS } from "./compare.js";
import { svg, svgText } from "./svg.js";
import { elide, textWidth } from "./text.js";

const RADIUS = 8;

export function changeMark(box) {
  if (!box.change) return null;
  const centre = { x: box.width - (box.kind === "join" ? 3 : 1), y: box.kind === "join" ? 3 : 1 };
  return svg("g", { class: "graph-mark" }, [
    svg("circle", { cx: centre.x, cy: centre.y, r: RADIUS }),
    svgText(SIGNS[box.change], { x: centre.x, y: centre.y + 4, "text-anchor": "middle" }),
  ]);
}

// The second line of a module that changed, or that was called otherwise: [elements], or null for any other.
export function changedLine(box, room, place) {
  const [before, now] = box.was || box.now ? [box.was, box.now] : box.old_name ? [box.old_name, box.name] : ["", ""];
  if (!before && !now) return null;
  const arrow = " → ";
  const half = (room - textWidth(arrow, "detail")) / 2;
  const first = elide(before || "none", Math.max(half, room - textWidth(arrow + now, "detail")), "detail");
  const second = elide(now || "none", Math.max(24, room - textWidth(first + arrow, "detail")), "detail");
  const line = svg("text", { class: "graph-detail", ...place });
  const old = svg("tspan", { class: "graph-was" });
  old.textContent = first;
  line.append(old, `${arrow}${second}`);
  return line;
}

export function spokenChange(box) {
  if (!box.change) return box.old_name ? `was ${box.old_name}` : "";
  return box.was || box.now ? `changed from ${box.was || "none"} to ${box.now || "none"}` : box.change;
}
