// The list of what is folded into a box, as into `+37 more`: a field to filter it, and the nodes to choose among.

import { countOf, formatCount } from "../format.js";
import { Panel } from "../overlay.js";
import { Icon, h, useMemo, useState } from "../react.js";
import { Options, optionFrom, optionId } from "./find.js";
import { shortCount } from "./numbers.js";

const LIST = "graph-folded";

// box: {members: [{id, name, op, params}]}; canvas: a ref of the GraphCanvas that draws it
export function FoldedList({ box, canvas, choose, close }) {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const opener = useMemo(() => ({ get current() { return canvas.current?.elementOf(box.id) ?? null; } }), [box.id]);
  const back = useMemo(() => ({ get current() { return canvas.current?.svg ?? null; } }), []);
  const hits = membersThatMatch(box.members, query);
  const take = (hit) => {
    close();
    choose(hit);
  };
  const onKeyDown = (event) => {
    const next = optionFrom(event.key, at, hits.length);
    if (next !== null) {
      event.preventDefault();
      setAt(next);
    } else if (event.key === "Enter" && hits[at]) take(hits[at]);
    if (event.key !== "Escape") event.stopPropagation();
  };
  const label = `${countOf(box.members.length, "node")} folded here`;
  return h(
    Panel,
    { label, opener, back, align: "start", role: "dialog", close, className: "popover is-sheet graph-folded" },
    h(
      "label",
      { className: "field" },
      h(Icon, { name: "search", size: 14 }),
      h("input", {
        value: query,
        placeholder: `Filter ${countOf(box.members.length, "node")}`,
        "aria-label": "Filter by name or op",
        role: "combobox",
        "aria-expanded": true,
        "aria-controls": LIST,
        "aria-activedescendant": hits[at] ? optionId(LIST, at) : undefined,
        "data-autofocus": true,
        spellCheck: false,
        onChange: (event) => {
          setQuery(event.target.value);
          setAt(0);
        },
        onKeyDown,
      }),
    ),
    h(Options, { id: LIST, label, hits, at, choose: take, last: ({ params }) => (params ? `${shortCount(params)} params` : "") }),
    h("p", { className: "graph-quiet", role: "status" }, wordsOf(hits.length, box.members.length)),
  );
}

function wordsOf(count, total) {
  if (count === total) return "";
  return count ? `${formatCount(count)} of ${formatCount(total)}` : "No name and no op matches.";
}

// Those whose path or op has the text in it.
export function membersThatMatch(members, query) {
  const text = query.trim().toLowerCase();
  return members.filter(({ id, name, op }) => [id, name, op].some((one) => one.toLowerCase().includes(text)));
}
