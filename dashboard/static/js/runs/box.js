// A box of three states: "all", "some" or "none".

import { Icon, h } from "../react.js";

// why: for what reason it cannot be pressed, "" where it can
export function Box({ state, label, onClick, tabIndex = 0, title, why = "" }) {
  return h(
    "button",
    {
      type: "button",
      className: `box is-${state}`,
      role: "checkbox",
      "aria-checked": state === "some" ? "mixed" : state === "all",
      "aria-label": label,
      "aria-disabled": why ? true : undefined,
      title: why || title,
      tabIndex,
      onClick: why ? undefined : onClick,
    },
    state !== "none" && h(Icon, { name: state === "some" ? "minus" : "check", size: 12 }),
  );
}

// The state of the box over some runs.
export function stateOf(numSelected, numRuns) {
  if (numSelected === 0) return "none";
  return numSelected === numRuns ? "all" : "some";
}
