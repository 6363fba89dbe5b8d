// Saves all charts that the page shows.

import { exportItems } from "../export/items.js";
import { Menu } from "../overlay.js";
import { Icon, h } from "../react.js";

const LABEL = "Save the charts of this page";

export default function Export({ page }) {
  const button = { className: "toggle export-button", title: LABEL, "aria-label": LABEL, children: h(Icon, { name: "download", size: 14 }) };
  return h(Menu, { label: LABEL, align: "end", items: () => exportItems(shownCharts, page), button });
}

// Those in open groups, each once, in their order.
function shownCharts() {
  const tags = [...document.querySelectorAll(".grid-page .card")].map((card) => card.dataset.tag);
  return [...new Set(tags)].map((tag) => ({ title: tag, tags: [tag] }));
}
