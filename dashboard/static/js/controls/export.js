// Saves all charts that the page shows.

import { exportItems, viewLinkItem } from "../export/items.js";
import { shownCharts } from "../grid/shown_charts.js";
import { Menu } from "../overlay.js";
import { Icon, h } from "../react.js";

const LABEL = "Save the charts of this page";

export default function Export({ page }) {
  const button = { className: "toggle export-button", title: LABEL, "aria-label": LABEL, children: h(Icon, { name: "download", size: 14 }) };
  return h(Menu, { label: LABEL, align: "end", items: () => [viewLinkItem(), null, ...exportItems(shownCharts, page)], button });
}
