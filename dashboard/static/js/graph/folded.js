// The list of what is folded into a box, as into `+37 more`: a field to filter it, and the nodes to choose among.

import { countOf } from "../format.js";
import { Panel } from "../overlay.js";
import { h, useMemo } from "../react.js";
import { shortCount } from "./numbers.js";
import { PickList } from "./pick_list.js";

// box: {members: [{id, name, op, params}]}; canvas: a ref of the GraphCanvas that draws it
export function FoldedList({ box, canvas, choose, close }) {
  const opener = useMemo(() => ({ get current() { return canvas.current?.elementOf(box.id) ?? null; } }), [box.id]);
  const back = useMemo(() => ({ get current() { return canvas.current?.svg ?? null; } }), []);
  const label = `${countOf(box.members.length, "node")} folded here`;
  return h(
    Panel,
    { label, opener, back, align: "start", role: "dialog", close, className: "popover is-sheet graph-picking" },
    h(PickList, {
      id: "graph-folded",
      label,
      placeholder: `Filter ${countOf(box.members.length, "node")}`,
      filterLabel: "Filter by name or op",
      all: box.members,
      matches: (query) => membersThatMatch(box.members, query),
      nothing: "No name and no op matches.",
      choose: (hit) => {
        close();
        choose(hit);
      },
      options: { last: ({ params }) => (params ? `${shortCount(params)} params` : "") },
    }),
  );
}

// Those whose path or op has the text in it.
export function membersThatMatch(members, query) {
  const text = query.trim().toLowerCase();
  return members.filter(({ id, name, op }) => [id, name, op].some((one) => one.toLowerCase().includes(text)));
}
