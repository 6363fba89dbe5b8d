// The frame of one card. What is inside belongs to the kind, and is made when the card first comes into view.

import { Icon, h, useEffect, useRef, useState } from "../react.js";
import { Name } from "../runs/name.js";
import { useEscape } from "../use_keys.js";
import { CardEdge } from "./card_edge.js";
import { CardMenu } from "./card_menu.js";
import { CardNotes } from "./card_notes.js";
import { CardSkeleton, DrawError, NoData, Nothing, ReadError } from "./card_states.js";
import { follow } from "./follow.js";

const MAX_WHOLE_PARENT = 6; // characters, of which few stand in more room than a longer one always has

// card: as sections.js makes it; runs: a Set of the names of the runs that have its tags; selected: {numRuns, spoiled,
// hasTag} of the selected runs; actions: as actions.js has them.
export function Card({ card, loader, runs, selected, isExpanded, isFull, isPinned, actions }) {
  const { id, title, tags, bands, parent, label } = card;
  const [tag] = tags;
  const root = useRef(null);
  const parts = { values: useRef(null), plot: useRef(null), foot: useRef(null), badges: useRef(null) };
  const [hasData, setHasData] = useState(false);
  const [bare, setBare] = useState(null); // "of lines" or "of points" where the drawing has none
  const [trouble, setTrouble] = useState(null); // {cause: "reading" or "drawing", error}
  const [attempt, setAttempt] = useState(0); // the drawing is made anew after one that failed
  useEffect(() => follow({ root: root.current, parts, card: { id, title, tags, bands }, loader, setHasData, setBare, setTrouble }), [id, title, tags.join("\n"), JSON.stringify(bands), loader, attempt]);
  useEscape(isFull, actions.toggleFull);
  const readAgain = () => {
    setTrouble(null);
    loader.retry(id);
  };
  const drawAgain = () => {
    setTrouble(null);
    setHasData(false);
    setAttempt(attempt + 1);
  };
  const leave = isPinned ? { word: "Unpin", act: actions.togglePin } : { word: "Back to the grid", act: isFull ? actions.toggleFull : actions.toggleWide };
  return h(
    "figure",
    {
      className: `card${isExpanded ? " is-expanded" : ""}${isFull ? " is-full" : ""}`,
      ref: root,
      "data-card": id,
      "data-tag": tag,
      "data-tags": tags.join("\n"),
      "aria-label": title,
      "aria-busy": !hasData && !trouble,
      style: { "--card-height": `${loader.kind.height}px` },
    },
    h(
      "figcaption",
      { className: "card-head" },
      h("span", { className: "card-title", title: tags.join("\n") }, !isFull && parent && h(Parent, { parent }), h(Name, { label: isFull ? title : label })),
      h("span", { className: "card-badges", ref: parts.badges }),
      h("span", { className: "grow" }),
      h(Tool, { word: isPinned ? "Unpin" : "Pin", name: title, shortcut: "P", icon: "pin", isOn: isPinned, act: actions.togglePin }),
      isFull
        ? h(Tool, { word: "Leave full screen", name: title, shortcut: "Esc", icon: "x", act: actions.toggleFull, isShown: true })
        : h(Tool, { word: isExpanded ? "Shrink" : "Expand", name: title, shortcut: "E", icon: "arrows-diagonal", isOn: isExpanded, act: actions.toggleWide }),
      h(CardMenu, { card, tools: loader.kind.tools, exports: loader.kind.exports, canJoin: Boolean(loader.kind.join), isExpanded, isFull, isPinned, actions }),
    ),
    h("div", { className: "card-values", ref: parts.values }),
    h("div", { className: "card-plot", ref: parts.plot }),
    h(
      "div",
      { className: "card-foot" },
      h("div", { className: "card-foot-kind", ref: parts.foot }),
      h(CardNotes, { runs, selected, trouble: hasData && trouble?.cause === "reading" ? trouble.error : null, readAgain }),
    ),
    h("div", { className: "card-range" }),
    h(CardEdge, { isExpanded }),
    h(State, { tag: title, runs, selected, hasData, trouble, readAgain, drawAgain, leave }),
    hasData && bare && selected.hasTag && !trouble && loader.kind.explain && h(Nothing, { tags, loader, hasLines: bare === "of points" }),
  );
}

// The group of a card that stands elsewhere. A short one is not made shorter.
function Parent({ parent }) {
  return h("span", { className: parent.length > MAX_WHOLE_PARENT ? "card-parent" : "card-parent is-short" }, parent);
}

function Tool({ word, name, shortcut, icon, isOn, act, isShown = isOn }) {
  return h(
    "button",
    {
      type: "button",
      className: `icon-button is-small${isShown ? "" : " on-hover"}${isOn ? " is-on" : ""}`,
      title: `${word} (${shortcut})`,
      "aria-label": `${word} ${name}`,
      "aria-pressed": isOn,
      onClick: act,
    },
    h(Icon, { name: icon, size: 14 }),
  );
}

// What stands over the plot. Data that are there stay, whatever the server says since.
function State({ tag, runs, selected, hasData, trouble, readAgain, drawAgain, leave }) {
  if (trouble?.cause === "drawing") return h(DrawError, { tag, error: trouble.error, retry: drawAgain });
  if (!selected.hasTag) return h(NoData, { runs, numSelected: selected.numRuns, leave });
  if (hasData) return null;
  if (trouble) return h(ReadError, { tag, error: trouble.error, numSelected: selected.numRuns, retry: readAgain });
  return h(CardSkeleton);
}
