// The drawing of the Model view as a sheet for `picture.js`, with its legend below.

import { printedLegend } from "./printed_legend.js";

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
      return { width, height: height + legend.height, scenes: [[canvas.scene, transform]], notes: legend.elements };
    },
  };
}

function holdModel(canvas, isWhole) {
  const { coloring, selected, svg } = canvas;
  const { zoom } = svg.dataset;
  const isClose = svg.hasAttribute("data-close");
  svg.classList.add("is-printing");
  canvas.select("");
  canvas.color(coloring.inTheme("light"));
  if (isWhole) svg.dataset.zoom = "near";
  if (isWhole) svg.removeAttribute("data-close");
  return () => {
    svg.dataset.zoom = zoom;
    svg.toggleAttribute("data-close", isClose);
    canvas.color(coloring);
    canvas.select(selected);
    svg.classList.remove("is-printing");
  };
}
