// The menu of what to colour boxes by. What this graph or run has nothing of says why.

import { Icon, h, useRef } from "../react.js";
import { Menu } from "../overlay.js";
import { useKeys } from "../use_keys.js";
import { findColoring } from "./colors.js";

export function ColorMenu({ colors }) {
  const element = useRef(null);
  useKeys("Graph", [{ keys: ["C"], label: "Colour by", run: () => element.current?.querySelector("button").click() }]);
  const { key, options, choose, coloring } = colors;
  const { name } = coloring ?? findColoring(key);
  const items = options.map((one) => ({
    label: one.name,
    isChecked: one.key === (coloring?.key ?? key),
    reason: one.reason || undefined,
    run: () => choose(one.key),
  }));
  const button = { className: "graph-button graph-color", title: "What boxes are coloured by (C)", children: [h("span", { key: "by" }, "Colour by "), h("b", { key: "what" }, name), h(Icon, { key: "icon", name: "chevron-down", size: 12 })] };
  return h("span", { ref: element }, h(Menu, { label: "Colour by", button, items, className: "graph-color-menu" }));
}
