// Drawing the edges: rounded corners, arrow heads, labels.

import { setAttribute } from "./pool.js";
import { svg, svgText } from "./svg.js";

// An SVG path through points, with corners rounded by at most half of the shorter side.
export function roundedPath(points, radius) {
  let path = `M${points[0]}`;
  for (let i = 1; i < points.length - 1; i += 1) {
    const [from, corner, to] = [points[i - 1], points[i], points[i + 1]];
    const before = Math.hypot(corner[0] - from[0], corner[1] - from[1]);
    const after = Math.hypot(to[0] - corner[0], to[1] - corner[1]);
    const reach = Math.min(radius, before / 2, after / 2);
    if (reach < 0.5) {
      path += `L${corner}`;
      continue;
    }
    path += `L${towards(corner, from, reach / before)}Q${corner} ${towards(corner, to, reach / after)}`;
  }
  return `${path}L${points[points.length - 1]}`;
}

function towards(point, other, share) {
  return [point[0] + (other[0] - point[0]) * share, point[1] + (other[1] - point[1]) * share].map((v) => +v.toFixed(2));
}

export function headPath([x, y, direction], width) {
  const length = 5 + 0.95 * width;
  const half = length * 0.62;
  const corners = {
    d: [[-half, -length], [half, -length]],
    u: [[-half, length], [half, length]],
    l: [[length, -half], [length, half]],
    r: [[-length, -half], [-length, half]],
  }[direction];
  return `M${x},${y}${corners.map(([dx, dy]) => `L${(x + dx).toFixed(2)},${(y + dy).toFixed(2)}`).join("")}Z`;
}

// Drawn around its first point, so that moving it is one transform. pool: of elements that are there
export function paintEdge(edge, index, pool) {
  const [left, top] = edge.points[0];
  const look = edgeLook(edge, ([x, y, ...rest]) => [+(x - left).toFixed(1), +(y - top).toFixed(1), ...rest]);
  const element = pool.take(JSON.stringify(look), () => drawEdge(look));
  setAttribute(element, "transform", `translate(${left} ${top})`);
  setAttribute(element, "data-edge", index);
  return element;
}

function edgeLook({ points, radius, width, dashed, dot, head }, moved) {
  return { points: points.map(moved), radius, width, dashed, dot: dot && moved(dot), head: head && moved(head) };
}

function drawEdge({ points, radius, width, dashed, dot, head }) {
  const path = roundedPath(points, radius);
  return svg("g", { class: dashed ? "graph-edge is-dashed" : "graph-edge" }, [
    svg("path", { class: "graph-edge-hit", d: path }),
    svg("path", { class: "graph-edge-line", d: path, "stroke-width": width }),
    dot && svg("circle", { class: "graph-edge-dot", cx: dot[0], cy: dot[1], r: width / 2 + 1.6 }),
    head && svg("path", { class: "graph-edge-head", d: headPath(head, width) }),
  ]);
}

export function paintLabel(edge, index, pool) {
  const element = pool.take(JSON.stringify([edge.label, edge.level, edge.title]), () => drawLabel(edge));
  setAttribute(element, "data-edge", index);
  return element;
}

function drawLabel(edge) {
  const [text, x, y, anchor] = edge.label;
  const level = edge.level === 0 ? "is-bare" : edge.level % 2 ? "is-odd" : "is-even";
  const label = svgText(text, { class: `graph-label ${level}`, x, y, "text-anchor": anchor });
  const [, ...via] = edge.title.split(" · "); // operations that only change the shape
  if (via.length > 0) label.append(svg("tspan", { class: "graph-via", x, dy: anchor === "middle" ? -11 : 10 }, [document.createTextNode(via.join(" · "))]));
  return label;
}
