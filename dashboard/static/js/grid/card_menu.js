// The menu in the head of a card: all that can be done with it.

import { copyText } from "../clipboard.js";
import { linkItem } from "../export/items.js";
import { formatKey } from "../keys.js";
import { Menu } from "../overlay.js";
import { Icon, h } from "../react.js";

// tools: items of the kind; exports(charts, title) → items that save the chart, of kinds that have any
export function CardMenu({ card, tools, exports, isExpanded, isFull, isPinned, actions }) {
  const [tag] = card.tags;
  const items = [
    { label: isPinned ? "Unpin" : "Pin", icon: "pin", detail: "P", run: actions.togglePin },
    { label: isExpanded ? "Back to the grid" : "Full width", icon: "arrows-diagonal", detail: "E", run: actions.toggleWide },
    { label: isFull ? "Leave full screen" : "Full screen", icon: "arrows-maximize", detail: formatKey("Shift+E"), run: actions.toggleFull },
    ...(tools ? [null, ...tools] : []),
    null,
    { label: card.tags.length > 1 ? "Copy the tags" : "Copy the tag", icon: "copy", run: () => copyText(card.tags.join("\n")) },
    linkItem(card.id),
    ...(exports ? [null, ...exports(() => [chartOf(card)], chartOf(card).title)] : []),
  ];
  const button = { className: "icon-button is-small card-menu-button", title: "More for this card", "aria-label": `Menu of ${tag}`, children: h(Icon, { name: "dots", size: 14 }) };
  return h(Menu, { label: `Menu of ${tag}`, align: "end", items, button });
}

// What exports take of a card.
export function chartOf({ tags }) {
  return { title: tags.join(", "), tags };
}
