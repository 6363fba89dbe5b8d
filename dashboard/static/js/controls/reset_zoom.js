// Shows the whole of all plots again; there while something is zoomed.

import { isZoomed, resetZoom } from "../plot/zoom.js";
import { Icon, h } from "../react.js";
import { session } from "../session.js";
import { useViewKey } from "../use_view.js";

export default function ResetZoom() {
  useViewKey("range");
  useViewKey("scalars.box");
  if (!isZoomed(session)) return null;
  return h(
    "button",
    { type: "button", className: "chip", onClick: () => resetZoom(session), "aria-label": "Reset zoom", title: "Reset zoom: show everything again (double-click on a plot)" },
    h(Icon, { name: "zoom-reset", size: 14 }),
    h("span", { className: "chip-word" }, "Reset zoom"),
  );
}
