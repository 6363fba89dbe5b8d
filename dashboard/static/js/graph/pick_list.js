// A field with the list that it filters, of which one is chosen: nodes that are folded into a box, runs.

import { formatCount } from "../format.js";
import { Icon, h, useState } from "../react.js";
import { Options, optionFrom, optionId } from "./find.js";

const MAX_SHOWN = 100;

// id: of the list; label: its name; all: [{id, name, op}]; matches(query): those of them with the text in them;
// chosen: id of the one that is marked at first; nothing: what is said where none matches; options: see `Options`
export function PickList({ id, label, placeholder, filterLabel, all, matches, chosen, nothing, choose, options }) {
  const [query, setQuery] = useState("");
  const [marked, setMarked] = useState(() => (all.find((one) => one.id === chosen) ?? all[0])?.id); // others may come before it
  const found = matches(query);
  const at = Math.max(0, found.findIndex((one) => one.id === marked));
  const start = Math.max(0, Math.min(at - MAX_SHOWN / 2, found.length - MAX_SHOWN)); // around the marked one
  const hits = found.slice(start, start + MAX_SHOWN);
  const onKeyDown = (event) => {
    const next = optionFrom(event.key, at, found.length);
    if (next !== null) {
      event.preventDefault();
      setMarked(found[next]?.id);
    } else if (event.key === "Enter" && found[at]) {
      event.preventDefault(); // it would press the button that gets the focus
      choose(found[at]);
    }
    if (!["Escape", "Tab"].includes(event.key)) event.stopPropagation();
  };
  return [
    h(
      "label",
      { key: "field", className: "field" },
      h(Icon, { name: "search", size: 14 }),
      h("input", {
        value: query,
        placeholder,
        "aria-label": filterLabel,
        role: "combobox",
        "aria-expanded": true,
        "aria-controls": id,
        "aria-activedescendant": found[at] ? optionId(id, at) : undefined,
        "data-autofocus": true,
        spellCheck: false,
        onChange: (event) => {
          setQuery(event.target.value);
          setMarked(matches(event.target.value)[0]?.id);
        },
        onKeyDown,
      }),
    ),
    h(Options, { key: "list", id, label, hits, start, at, choose, ...options }),
    h("p", { key: "words", className: "graph-quiet", role: "status" }, wordsOf(hits.length, found.length, all.length) || (found.length === 0 && nothing)),
  ];
}

function wordsOf(shown, found, total) {
  if (shown < found) return `${formatCount(shown)} of ${formatCount(found)} are listed. Type to find others.`;
  return found && found < total ? `${formatCount(found)} of ${formatCount(total)}` : "";
}
