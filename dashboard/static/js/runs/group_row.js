// The row of a group: its colour, in what its runs differ from all others, how many they are, and the metric over them.

import { formatCount, countOf } from "../format.js";
import { Icon, h } from "../react.js";
import { Box } from "./box.js";
import { describeSummary, formatInterval } from "./group_summary.js";
import { Name } from "./name.js";

const { memo } = window.React;

// swatch: its background, "" if groups have no colour; summary: of summarize, the same object until it is another
export const GroupRow = memo(function GroupRow({ path, label, top, depth, index, id, isOpen, isLit, state, numSelected, numRuns, swatch, metric, summary, base, hasAge, age, ageUnit, ageTitle, on }) {
  return h(
    "div",
    { className: `run-row is-folder is-group${isLit ? " is-active" : ""}`, style: { top, "--depth": depth }, id, role: "row", "aria-level": depth + 1, "aria-rowindex": index + 1, "aria-expanded": isOpen, "data-group": label },
    h(
      "div",
      { role: "gridcell", className: "run-cell" },
      h("button", { type: "button", className: "folder-toggle", tabIndex: -1, title: isOpen ? "Close the group (←)" : "Open the group (→)", "aria-label": `${isOpen ? "Close" : "Open"} ${label}`, onClick: () => on.fold(path) }, h(Icon, { name: isOpen ? "chevron-down" : "chevron-right", size: 14 })),
      h(Box, { state, label: `Select all of ${label}`, title: "Select all of the group; with Alt only the group", tabIndex: -1, onClick: (event) => on.pickFolder(event, path) }),
      swatch && h("span", { className: "swatch", style: { background: swatch } }),
    ),
    h(
      "div",
      { role: "gridcell", className: "run-name-cell" },
      h("button", { type: "button", className: "folder-name", tabIndex: -1, title: label, onClick: () => on.fold(path) }, h(Name, { label })),
      h("span", { className: "folder-count", title: `${formatCount(numSelected)} of ${countOf(numRuns, "run")} selected` }, numSelected === numRuns ? formatCount(numRuns) : `${formatCount(numSelected)} / ${formatCount(numRuns)}`, h("span", { className: "count-word" }, numRuns === 1 ? " run" : " runs")),
    ),
    metric && h(Summary, { metric, summary, base, numSelected, numRuns }),
    hasAge && h("div", { role: "gridcell", className: "age", title: ageTitle }, age, " ", h("span", { className: "age-unit" }, ageUnit)),
  );
});

// base: the baseline's value, where groups are told against it; null where not
function Summary({ metric, summary, base, numSelected, numRuns }) {
  if (!summary) return h("div", { role: "gridcell", className: "group-metric" }, "–");
  const [mean, half] = formatInterval({ ...summary, mean: summary.mean - (base ?? 0) }, base !== null);
  return h("div", { role: "gridcell", className: "group-metric", title: describeSummary(metric, summary, { numSelected, numRuns }) }, mean, half && h("span", { className: "group-half" }, ` ± ${half}`));
}
