// The options of the palette, in their groups.

import { formatCount } from "../format.js";
import { formatKey } from "../keys.js";
import { Icon, h, useEffect, useRef } from "../react.js";
import { highlight } from "./match.js";

export function optionId(item) {
  return `palette ${item.id}`.replace(/\s/g, "_");
}

export function Group({ group, query, active, take, choose }) {
  const id = `palette-group-${group.name}`;
  return h(
    "div",
    { className: "palette-group", role: "group", "aria-labelledby": id },
    h(
      "div",
      { className: "palette-head", role: "presentation" },
      h("span", { id }, group.name, h("span", { className: "palette-count" }, formatCount(group.count))),
    ),
    group.items.map((item) => h(Option, { key: item.id, item, words: item.typed ? [] : query.words, isActive: item === active, take, choose })),
  );
}

// The pointer chooses when it moves, not when the list moves under it.
function Option({ item, words, isActive, take, choose }) {
  const element = useRef(null);
  useEffect(() => {
    if (isActive) element.current.scrollIntoView({ block: "nearest" });
  }, [isActive]);
  return h(
    "div",
    {
      ref: element,
      id: optionId(item),
      role: "option",
      className: isActive ? "palette-option is-active" : "palette-option",
      "aria-selected": isActive,
      onPointerMove: () => isActive || choose(item.id),
      onClick: (event) => take(item, event.metaKey || event.ctrlKey),
    },
    h(Face, { item }),
    h("span", { className: "palette-label", title: item.label }, highlight(item.label, words).map(({ text, isFound }, i) => (isFound ? h("mark", { key: i }, text) : text))),
    item.detail && h("span", { className: "palette-detail" }, item.detail),
    h("span", { className: "grow" }),
    item.keys?.length > 0 ? h("kbd", { className: "kbd" }, formatKey(item.keys[0])) : isActive && h("span", { className: "palette-verb", "aria-hidden": true }, item.verb, h("kbd", { className: "kbd" }, "↵")),
  );
}

function Face({ item }) {
  if (item.icon) return h(Icon, { name: item.icon, size: 16 });
  return h("span", { className: "palette-swatch", "aria-hidden": true }, h("span", { className: item.color ? "swatch" : "swatch is-empty", style: item.color ? { background: item.color } : null }));
}
