// The rows of a training step as a sheet for `picture.js`, with the heads of the columns above.

import { svg, svgText } from "../svg.js";
import { HEAD } from "./measures.js";
import { headTexts } from "./words.js";

// canvas: a StepCanvas; frame: what scrolls; zoom: of the rows
export function stepSheet(canvas, step, { frame, zoom }) {
  return {
    hold: () => holdStep(canvas),
    parts: (isWhole) => {
      const [width, height] = [Number(canvas.main.getAttribute("width")), Number(canvas.main.getAttribute("height"))];
      const sight = isWhole ? { x: 0, y: 0, width, height: height + HEAD } : { x: frame.scrollLeft / zoom, y: frame.scrollTop / zoom, width: frame.clientWidth / zoom, height: frame.clientHeight / zoom };
      const at = `translate(${-sight.x} ${HEAD - sight.y})`;
      const layers = [canvas.main, canvas.names].flatMap((drawn) => [...drawn.children]).map((layer) => [layer, at]);
      return { width: sight.width, height: sight.height, scenes: layers, notes: heads(canvas.columns, step, sight) };
    },
  };
}

function holdStep(canvas) {
  const selected = canvas.selected;
  const drawn = [canvas.main, canvas.names];
  for (const one of drawn) one.classList.add("is-printing");
  canvas.select("");
  return () => {
    canvas.select(selected);
    for (const one of drawn) one.classList.remove("is-printing");
  };
}

function heads(columns, step, { x: left, width }) {
  const text = (words, place, more) => svgText(words, { ...place, "font-size": 11, ...more });
  const parts = Object.entries(headTexts(step, columns.saved.width < 140)).flatMap(([name, [title, total]]) => {
    const isMiddle = name === "saved";
    const x = columns[name].x - left + (isMiddle ? columns[name].width / 2 : 0);
    const anchor = isMiddle ? "middle" : "start";
    return [
      text(title, { x, y: 19, "text-anchor": anchor }, { "font-family": token("--font"), "font-weight": 650, fill: token("--text") }),
      text(total, { x, y: 35, "text-anchor": anchor }, { "font-family": token("--mono"), "font-size": 10.5, fill: token("--text-2") }),
    ];
  });
  return [svg("rect", { width, height: HEAD, fill: "#ffffff" }), svg("path", { d: `M0,${HEAD - 0.5}H${width}`, stroke: token("--line-strong") }), ...parts];
}

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
