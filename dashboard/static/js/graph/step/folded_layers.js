// The layer table beside the rows, folded: the rows carry the same numbers. It is asked for when it is opened.

import { Icon, h, useState } from "../../react.js";
import { session } from "../../session.js";
import { LayerTable } from "../layers.js";
import { useDrawing } from "../source.js";

export function FoldedLayers({ run, view, go }) {
  const [isOpen, setOpen] = useState(false);
  return h(
    "section",
    { className: "graph-step-layers" },
    h(
      "button",
      { type: "button", className: "graph-dock-head", "aria-expanded": isOpen, onClick: () => setOpen(!isOpen) },
      h(Icon, { name: isOpen ? "chevron-down" : "chevron-right", size: 12 }),
      h("h2", null, "Layers"),
      h("span", null, "the rows carry the same numbers"),
    ),
    isOpen && h(Layers, { run, view, go }),
  );
}

function Layers({ run, view, go }) {
  const { drawing } = useDrawing(session, run, { ...view, base: "" }, view.selected);
  if (!drawing) return null;
  const toggle = (id) => (view.open.has(id) ? view.closeMany([id]) : view.openMany([id]));
  return h(LayerTable, { drawing, run, selected: view.selected, on: { select: go, toggle, hover: () => undefined } });
}
