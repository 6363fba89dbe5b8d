// What can be done with the scalar that fits best what was typed.

import { countOf } from "../format.js";
import { openChartEditor } from "../grid/chart_editor.js";
import { isPinned, togglePin } from "../grid/pins.js";
import { facts } from "../runs/facts.js";
import { addTerm, writeName } from "../runs/query_syntax.js";
import { session } from "../session.js";
import { METRIC } from "../view_codecs.js";

// groups: of search. → the same with actions on their best scalar, before all other actions, where tags come first
export function withTagActions(groups, { only, words }, pages) {
  const best = groups[0]?.name === "Tags" ? groups[0].items.find(({ scalar }) => scalar) : undefined;
  if (only || words.length === 0 || !best) return groups;
  const own = listTagActions(best.scalar, pages).map((action) => ({ id: `action ${action.label}`, group: "Actions", ...action }));
  const known = groups.find(({ name }) => name === "Actions") ?? { count: 0, items: [] };
  const actions = { name: "Actions", count: own.length + known.count, items: [...own, ...known.items] };
  return [groups[0], actions, ...groups.slice(1).filter((group) => group !== known)];
}

function listTagActions({ tag, numRuns }, pages) {
  const isPlain = facts.metrics.some(({ name }) => name === tag); // and no hyperparameter has the same name
  const term = `exists(${writeName(isPlain ? tag : `metrics.${tag}`)})`;
  const isOn = isPinned({ id: tag }, session.view.get("scalars.pin"));
  return [
    { icon: "pin", label: `${isOn ? "Unpin" : "Pin"} ${tag}`, verb: isOn ? "unpin" : "pin", run: () => pinTag(pages, tag) },
    { icon: "chart-line", label: `Use ${tag} as x-axis`, verb: "use", run: () => useAsAxis(pages, tag) },
    { icon: "plus", label: `New chart with ${tag}`, verb: "make", run: () => makeChart(pages, tag) },
    { icon: "filter", label: `Filter runs by ${term}`, detail: countOf(numRuns, "run"), verb: "filter", run: () => filterBy(term) },
  ];
}

function pinTag(pages, tag) {
  visitScalars(pages);
  togglePin("scalars", { id: tag });
}

function useAsAxis(pages, tag) {
  visitScalars(pages);
  session.view.set({ "scalars.x": METRIC + tag }, { label: "what the x-axis shows" });
}

function makeChart(pages, tag) {
  visitScalars(pages);
  openChartEditor({ id: null, title: "", tags: [tag] });
}

function visitScalars(pages) {
  session.view.visit(pages.find(({ name }) => name === "scalars").path);
}

function filterBy(term) {
  session.view.set({ runs: addTerm(session.view.get("runs"), term) }, { label: "run filter" });
}
