// The arrows: data down the forward column, gradients up theirs, and the turn below the loss.

import { headPath, roundedPath } from "../edges.js";
import { svg, svgText } from "../svg.js";
import { placeLanes } from "./measures.js";

const WIDTH = 1.8;
const TURN = 26;

export function drawFlows({ rows, flows, columns }) {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const lanes = placeLanes(rows, flows);
  const parts = flows.flatMap(([upper, lower]) => drawPair(byId.get(upper), byId.get(lower), lanes.get(upper) ?? 0, columns));
  const last = rows.findLast((row) => row.cellHeight && hasGradient(row));
  return last ? [...parts, ...drawTurn(last, columns)] : parts;
}

function drawPair(upper, lower, offset, columns) {
  const from = bottom(upper) + (upper.kind === "stack" ? 10 : 0);
  const to = top(lower);
  const down = columns.forward.x + columns.forward.width / 2 + offset;
  const up = columns.gradients.x + columns.gradients.width / 2 + offset;
  const parts = arrow(down, from, to - 2, "d");
  return hasGradient(upper) && hasGradient(lower) ? [...parts, ...arrow(up, to, from + 2, "u")] : parts;
}

function arrow(x, from, to, direction) {
  const back = direction === "d" ? -6 : 6;
  return [
    svg("path", { class: "graph-edge-line", d: `M${x},${from}V${to + back}`, "stroke-width": WIDTH }),
    svg("path", { class: "graph-edge-head", d: headPath([x, to, direction], WIDTH) }),
  ];
}

function drawTurn(row, columns) {
  const y = bottom(row);
  const left = columns.forward.x + columns.forward.width / 2;
  const right = columns.gradients.x + columns.gradients.width / 2;
  const middle = (left + right) / 2;
  const path = roundedPath([[left, y], [left, y + TURN], [right, y + TURN], [right, y + 9]], 14);
  return [
    svg("path", { class: "graph-step-turn", d: path }),
    svg("path", { class: "graph-step-turn-head", d: headPath([right, y + 2, "u"], WIDTH) }),
    svg("rect", { class: "graph-step-turn-under", x: middle - 66, y: y + 17, width: 132, height: 18, rx: 9 }),
    svgText("backward starts here", { class: "graph-detail", x: middle, y: y + 30, "text-anchor": "middle" }),
  ];
}

function hasGradient(row) {
  return row.kind !== "input" && (row.gradients.length > 0 || row.backward_flops > 0);
}

function top(row) {
  return row.y + row.cellY;
}

function bottom(row) {
  return row.y + row.cellY + row.cellHeight;
}
