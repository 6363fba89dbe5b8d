// The frame of one card. What is inside belongs to the kind, and is made when the card first comes into view.

import { Icon, h, useEffect, useRef, useState } from "../react.js";
import { CardNotes } from "./card_notes.js";
import { CardSkeleton, DrawError, NoData, ReadError } from "./card_states.js";
import { follow } from "./follow.js";

// runs: a Set of the names of the runs that have the tag; selected: {numRuns, spoiled, hasTag} of the selected runs.
export function Card({ tag, label, loader, runs, selected, isExpanded, toggle }) {
  const root = useRef(null);
  const parts = { values: useRef(null), plot: useRef(null), foot: useRef(null), badges: useRef(null) };
  const [hasData, setHasData] = useState(false);
  const [trouble, setTrouble] = useState(null); // {cause: "reading" or "drawing", error}
  const [attempt, setAttempt] = useState(0); // the drawing is made anew after one that failed
  useEffect(() => follow({ root: root.current, parts, tag, loader, setHasData, setTrouble }), [tag, loader, attempt]);
  const readAgain = () => {
    setTrouble(null);
    loader.retry(tag);
  };
  const drawAgain = () => {
    setTrouble(null);
    setHasData(false);
    setAttempt(attempt + 1);
  };
  return h(
    "figure",
    {
      className: isExpanded ? "card is-expanded" : "card",
      ref: root,
      "data-tag": tag,
      "aria-label": tag,
      "aria-busy": !hasData && !trouble,
      style: { "--card-height": `${loader.kind.height}px` },
    },
    h(
      "figcaption",
      { className: "card-head" },
      h("span", { className: "card-title", title: tag }, label),
      h("span", { className: "card-badges", ref: parts.badges }),
      h("span", { className: "grow" }),
      h(
        "button",
        {
          type: "button",
          className: "icon-button is-small on-hover",
          title: isExpanded ? "Back to the grid" : "Full width",
          "aria-label": isExpanded ? `Shrink ${tag}` : `Expand ${tag}`,
          "aria-pressed": isExpanded,
          onClick: toggle,
        },
        h(Icon, { name: "arrows-diagonal", size: 14 }),
      ),
    ),
    h("div", { className: "card-values", ref: parts.values }),
    h("div", { className: "card-plot", ref: parts.plot }),
    h(
      "div",
      { className: "card-foot" },
      h("div", { className: "card-foot-kind", ref: parts.foot }),
      h(CardNotes, { runs, selected, trouble: hasData && trouble?.cause === "reading" ? trouble.error : null, readAgain }),
    ),
    h(State, { tag, runs, selected, hasData, trouble, readAgain, drawAgain, toggle }),
  );
}

// What stands over the plot. Data that are there stay, whatever the server says since.
function State({ tag, runs, selected, hasData, trouble, readAgain, drawAgain, toggle }) {
  if (trouble?.cause === "drawing") return h(DrawError, { tag, error: trouble.error, retry: drawAgain });
  if (!selected.hasTag) return h(NoData, { runs, numSelected: selected.numRuns, toggle });
  if (hasData) return null;
  if (trouble) return h(ReadError, { tag, error: trouble.error, numSelected: selected.numRuns, retry: readAgain });
  return h(CardSkeleton);
}
