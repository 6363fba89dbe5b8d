// Pages that show one run: there the boxes of the list are radio buttons.

import { chooseRun, chosenRun } from "../graph/chosen_run.js";
import { hasGraph } from "../graph/graph_choice.js";
import { h } from "../react.js";
import { session } from "../session.js";

// {name, heading, reasonAgainst(run), choose(name)} on such a page, else null
export function findOneRun() {
  if (session.view.page !== "graph") return null;
  const name = chosenRun();
  if (name === null) return null;
  return { name, heading: "Graph of", reasonAgainst: (run) => (hasGraph(run) ? "" : "It logged no graph"), choose: chooseRun };
}

export function Radio({ isOn, label, why, onClick }) {
  return h("button", { type: "button", className: isOn ? "box is-radio is-all" : "box is-radio", role: "radio", "aria-checked": isOn, "aria-label": label, "aria-disabled": why ? true : undefined, title: why || undefined, tabIndex: -1, onClick: why ? undefined : onClick });
}
