// The menu in the head of a card: all that can be done with it.

import { copyText } from "../clipboard.js";
import { linkItem } from "../export/items.js";
import { formatKey } from "../keys.js";
import { notify } from "../notifications.js";
import { Menu } from "../overlay.js";
import { Icon, h } from "../react.js";
import { session } from "../session.js";
import { openChartEditor } from "./chart_editor.js";
import { removeChart } from "./charts.js";
import { chartOf } from "./shown_charts.js";

const UNDO_SECONDS = 8;

// tools: items of the kind; exports(charts, title) → items that save the chart, of kinds that have any; canJoin: whether charts can be built of
// the card's tags
export function CardMenu({ card, tools, exports, canJoin, isExpanded, isFull, isPinned, actions }) {
  const items = () => [
    { label: isPinned ? "Unpin" : "Pin", icon: "pin", detail: "P", run: actions.togglePin },
    { label: isExpanded ? "Back to the grid" : "Full width", icon: "arrows-diagonal", detail: "E", run: actions.toggleWide },
    { label: isFull ? "Leave full screen" : "Full screen", icon: "arrows-maximize", detail: formatKey("Shift+E"), run: actions.toggleFull },
    ...(tools ? [null, ...tools] : []),
    ...(canJoin ? [null, ...chartItems(card)] : []),
    null,
    { label: card.tags.length > 1 ? "Copy the tags" : "Copy the tag", icon: "copy", run: () => copyText(card.tags.join("\n")) },
    linkItem(card.id),
    ...(exports ? [null, ...exports(() => [chartOf(card)], card.title)] : []),
  ];
  const button = { className: "icon-button is-small card-menu-button", title: "More for this card", "aria-label": `Menu of ${card.title}`, children: h(Icon, { name: "dots", size: 14 }) };
  return h(Menu, { label: `Menu of ${card.title}`, align: "end", items, button });
}

function chartItems({ chart, tags }) {
  if (!chart) return [{ label: "Add a tag…", icon: "plus", title: "Makes a chart of this tag and others", run: () => openChartEditor({ id: null, title: "", tags }) }];
  return [
    { label: "Change chart…", icon: "pencil", run: () => openChartEditor(chart) },
    { label: "Remove chart", icon: "trash", run: () => remove(chart) },
  ];
}

function remove({ id, title }) {
  removeChart(id);
  notify({ id: "removed-chart", text: `Removed the chart ${title}`, seconds: UNDO_SECONDS, action: { label: "Undo", run: () => session.view.undo() } });
}
