// The buttons that zoom, at the corner of both views of the graph.

import { Icon, h } from "../react.js";

// fitted: what fitting brings into sight; zoom: {in(), out(), fit()}
export function ZoomButtons({ fitted, zoom }) {
  const buttons = [
    ["plus", "Zoom in (+)", zoom.in],
    ["minus", "Zoom out (−)", zoom.out],
    ["arrows-maximize", `${fitted} (F)`, zoom.fit],
  ];
  return h(
    "div",
    { className: "graph-float graph-zoom" },
    buttons.map(([icon, label, act]) => h("button", { key: icon, type: "button", className: "icon-button", title: label, "aria-label": label, onClick: act }, h(Icon, { name: icon, size: 14 }))),
  );
}
