// The one run whose graph is shown, as the page and the run panel choose it.

import { session } from "../session.js";
import { hasGraph } from "./graph_choice.js";

// The run that was asked for, else the newest selected one that logged a graph; null if none did.
export function chosenRun(runs = session.runs.filter(hasGraph)) {
  const wanted = session.view.get("graph.run");
  const run = runs.find(({ name }) => name === wanted) ?? runs.find(({ name }) => session.selected.has(name)) ?? runs[0];
  return run?.name ?? null;
}

// What was open in the graph of one run says nothing of another.
export function chooseRun(run) {
  session.view.set({ "graph.run": run, "graph.graph": null, "graph.open": [], "graph.block": [], "graph.node": null, "graph.compare": null, "graph.to": null, "graph.trace": "off", "graph.at": null }, { label: "run of the graph" });
}
