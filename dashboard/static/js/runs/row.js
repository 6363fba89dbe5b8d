// A row of the list: a run, or a folder of runs. Both are given plain values, so that a row whose values are the same
// is not drawn again.

import { FIGURE_SPACE, formatCount, formatValue } from "../format.js";
import { openHealth } from "../health_panel.js";
import { Icon, h } from "../react.js";
import { RunState } from "../run_state.js";
import { Box } from "./box.js";
import { Radio } from "./one_run.js";
import { Name } from "./name.js";
import { Swatch } from "./swatch.js";

const { memo } = window.React;
const METRIC_CHARACTERS = 8;

// on: what presses do, the same object at every drawing. swatch: the background of the swatch, which tells when it is
// another.
export const RunRow = memo(function RunRow(props) {
  const { name, top, depth, index, id, label, elided, isSelected, isLit, isBaseline, on } = props;
  const classes = ["run-row", isSelected && "is-selected", isLit && "is-lit", props.isMember && "is-member"].filter(Boolean).join(" ");
  return h(
    "div",
    {
      className: classes,
      style: { top, "--depth": depth },
      id,
      role: "row",
      "aria-level": depth + 1,
      "aria-selected": isSelected,
      "aria-rowindex": index + 1,
      "data-run": name,
      onMouseEnter: () => on.point(name),
      onMouseLeave: () => on.point(null),
      onContextMenu: (event) => on.menu(event, name),
    },
    h(
      "div",
      { role: "gridcell", className: "run-cell" },
      props.isOne === undefined
        ? h(Box, { state: isSelected ? "all" : "none", label: `Select ${name}`, why: props.aside ? `It is ${props.aside}, and so in no chart` : "", tabIndex: -1, onClick: (event) => on.pick(event, name) })
        : h(Radio, { isOn: props.isOne, label: `Show ${name}`, why: props.reasonAgainst, onClick: (event) => on.pick(event, name) }),
      isSelected || props.isOne !== undefined ? h(Swatch, { run: props.run, isShown: true, tabIndex: -1 }) : h("span", { className: "swatch-button" }, h("span", { className: "swatch" })),
    ),
    h(
      "div",
      { role: "gridcell", className: "run-name-cell" },
      h(
        "button",
        { type: "button", className: "run-name", tabIndex: -1, title: `${name}\n${on.nameHint}`, onClick: (event) => on.name(event, name) },
        h(Name, { label, elided }),
      ),
      isBaseline && h("span", { className: "run-flag", role: "img", "aria-label": "Baseline", title: "Baseline" }, h(Icon, { name: "flag-3", size: 12 })),
      props.problems && h(Problem, { name, problems: props.problems }),
    ),
    h(Facts, props),
    isLit && h(Actions, { name, isPinned: props.isPinned, isHidden: props.isHidden, canEdit: props.canEdit, on }),
  );
});

function Facts({ hparams, hparamsTitle, hasHparams, run, curve, hasCurve, metric, value, delta, share, tone, hasShare, hasAge, age, ageUnit, ageTitle }) {
  return h(
    window.React.Fragment,
    null,
    hasHparams && h("div", { role: "gridcell", className: "run-hparams", title: hparamsTitle || undefined }, hparams),
    h("div", { role: "gridcell", className: "run-status" }, h(RunState, { run })),
    hasCurve && h("div", { role: "gridcell", className: "run-curve" }, curve && h("svg", { viewBox: "0 0 34 14", width: 34, height: 14, "aria-hidden": true }, h("path", { d: curve }))),
    metric && h("div", { role: "gridcell", className: tone ? `run-metric is-${tone}` : "run-metric", title: value === null ? undefined : `${metric} ${value}` }, delta ? h(Delta, { delta, share, hasShare }) : typeof value === "number" ? padValue(value) : h(Dash)),
    hasAge && h("div", { role: "gridcell", className: "age", title: ageTitle }, age, " ", h("span", { className: "age-unit" }, ageUnit)),
  );
}

// As wide as any number; words have letters, which are wider than figures.
function padValue(value) {
  return Number.isFinite(value) ? formatValue(value).padStart(METRIC_CHARACTERS, FIGURE_SPACE) : formatValue(value);
}

// An element, so that the number which comes takes its place: a text that became another would have moved.
function Dash() {
  return h("span", null, "–");
}

function Delta({ delta, share, hasShare }) {
  return h(window.React.Fragment, null, delta, hasShare && h("span", { className: "delta-share" }, share));
}

// Over status and curve, while the row is pointed at or has the focus. Keys do the same: see keys of the panel.
function Actions({ name, isPinned, isHidden, canEdit, on }) {
  const action = (icon, title, run, isPressed) =>
    h("button", { type: "button", className: "row-action", tabIndex: -1, title, "aria-label": `${title.replace(/ \(.*/, "")}: ${name}`, "aria-pressed": isPressed, onClick: run }, h(Icon, { name: icon, size: 14 }));
  return h(
    "div",
    { className: "run-actions", role: "gridcell" },
    canEdit && action("pin", isPinned ? "Unpin" : "Pin on top", () => on.pin(name), isPinned),
    canEdit && action(isHidden ? "eye" : "eye-off", isHidden ? "Show again (H)" : "Hide (H)", () => on.hide(name)),
    action("focus-2", "Only this run (O)", () => on.only(name)),
  );
}

function Problem({ name, problems }) {
  return h(
    "button",
    { type: "button", className: "run-problem", tabIndex: -1, title: `${problems}\nClick to open Doctor`, "aria-label": `Health of ${name}`, onClick: () => openHealth(name) },
    h(Icon, { name: "alert-triangle", size: 14 }),
  );
}

export const FolderRow = memo(function FolderRow({ path, label, elided, top, depth, index, id, isOpen, isLit, state, numSelected, numRuns, on }) {
  return h(
    "div",
    { className: `run-row is-folder${isLit ? " is-active" : ""}`, style: { top, "--depth": depth }, id, role: "row", "aria-level": depth + 1, "aria-rowindex": index + 1, "aria-expanded": isOpen, "data-folder": path },
    h(
      "div",
      { role: "gridcell", className: "run-cell" },
      h("button", { type: "button", className: "folder-toggle", tabIndex: -1, title: isOpen ? "Close the folder (←)" : "Open the folder (→)", "aria-label": `${isOpen ? "Close" : "Open"} ${path}`, onClick: () => on.fold(path) }, h(Icon, { name: isOpen ? "chevron-down" : "chevron-right", size: 14 })),
      h(Box, { state, label: `Select all of ${path}`, tabIndex: -1, onClick: (event) => on.pickFolder(event, path) }),
    ),
    h(
      "div",
      { role: "gridcell", className: "run-name-cell" },
      h("button", { type: "button", className: "folder-name", tabIndex: -1, title: path, onClick: () => on.fold(path) }, h("bdi", { className: "name-whole" }, label), elided && h("bdi", { className: "folder-elided" }, `${elided}…`)),
    ),
    h("div", { role: "gridcell", className: "folder-count", title: `${formatCount(numSelected)} of ${formatCount(numRuns)} runs selected` }, `${formatCount(numSelected)} / ${formatCount(numRuns)}`),
  );
});
