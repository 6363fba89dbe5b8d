// Opens the dialog that builds a chart of several tags.

import { openChartEditor } from "../grid/chart_editor.js";
import { Icon, h } from "../react.js";

export default function NewChart() {
  return h("button", { type: "button", className: "toggle new-chart", title: "New chart of several tags, or of an expression", "aria-label": "New chart", onClick: () => openChartEditor() }, h(Icon, { name: "plus", size: 14 }), h("span", { className: "control-word" }, "Chart"));
}
