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
    { type: "button", className: "chip", onClick: () => resetZoom(session), title: "Show everything again (double-click on a plot)" },
    h(Icon, { name: "zoom-reset", size: 14 }),
    "Reset zoom",
  );
}
