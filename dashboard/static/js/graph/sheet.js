// The drawing of the Model view as a sheet for `picture.js`, with its legend below.

import { printedLegend } from "./printed_legend.js";
import { svg } from "./svg.js";

const PAD_PX = 24;

// canvas: a GraphCanvas
export function modelSheet(canvas) {
  return {
    hold: (isWhole) => holdModel(canvas, isWhole),
    parts: (isWhole) => {
      const { drawing, view, size } = canvas;
      const [width, height] = isWhole ? [drawing.left + drawing.right + 2 * PAD_PX, drawing.height + 2 * PAD_PX] : [size.width, size.height];
      const transform = isWhole ? `translate(${drawing.left + PAD_PX} ${PAD_PX})` : `translate(${view.x} ${view.y}) scale(${view.k})`;
      const legend = printedLegend(drawing, canvas.coloring, { width, y: height });
      const ground = svg("rect", { y: height, width, height: legend.height, fill: "#ffffff" }); // over what is below the part in sight
      return { width, height: height + legend.height, scenes: [[canvas.scene, transform]], notes: [ground, ...legend.elements] };
    },
  };
}

function holdModel(canvas, isWhole) {
  const { coloring, selected, svg: drawn } = canvas;
  const { zoom } = drawn.dataset;
  const isClose = drawn.hasAttribute("data-close");
  drawn.classList.add("is-printing");
  canvas.select("");
  canvas.color(coloring.inTheme("light"));
  if (isWhole) drawn.dataset.zoom = "near";
  if (isWhole) drawn.removeAttribute("data-close");
  return () => {
    drawn.dataset.zoom = zoom;
    drawn.toggleAttribute("data-close", isClose);
    canvas.color(coloring);
    canvas.select(selected);
    drawn.classList.remove("is-printing");
  };
}
