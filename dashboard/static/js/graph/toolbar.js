// The toolbar: whose graph it is, where the selection lies, expand or collapse, find.

import { preference } from "../preferences.js";
import { Icon, h } from "../react.js";
import { isSmall } from "../screen.js";
import { ColorMenu } from "./color_menu.js";
import { CompareChoice } from "./compare.js";
import { Find } from "./find.js";
import { RunPicker } from "./run_list.js";

// lead: what stands before the path; which: the choice among the run's graphs; on: {run(name), compare(name or null), go(id), expandAll(), find}
export function Toolbar({ session, runs, run, lead, which, base, selectedPath, isAnyOpen, canExpand, on, ask, field, colors, saving }) {
  return h(
    "div",
    { className: "toolbar graph-toolbar" },
    lead,
    run && h(RunChoice, { session, runs, run, choose: on.run }),
    which,
    h(Crumbs, { path: selectedPath, go: on.go }),
    h("span", { className: "grow" }),
    colors && h(ColorMenu, { colors }),
    (isAnyOpen || canExpand) &&
      h(
        "button",
        { type: "button", className: "graph-button", onClick: on.expandAll, title: isAnyOpen ? "Close all groups" : "Open every module in sight" },
        isAnyOpen ? "Collapse" : "Expand",
      ),
    h(Find, { ask, on: on.find, field }),
    h(CompareChoice, { session, runs, run, base, choose: on.compare }),
    saving,
  );
}

// Where the run panel is in sight its radio buttons choose.
function RunChoice({ session, runs, run, choose }) {
  if (!isSmall() && !preference("runs.hidden")) {
    return h("span", { className: "graph-run is-told", title: `Graph of ${run}` }, h("span", { className: "swatch", style: { background: session.colorOf(run) } }), session.labelOf(run));
  }
  const face = [h("span", { key: "swatch", className: "swatch", style: { background: session.colorOf(run) } }), h("span", { key: "name", className: "graph-ellipsis" }, session.labelOf(run)), h(Icon, { key: "icon", name: "chevron-down", size: 12 })];
  return h(RunPicker, { session, label: "Run whose graph is shown", align: "start", runs, chosen: run, choose, button: { className: "graph-run", title: `Graph of ${run}`, "aria-label": `Run whose graph is shown: ${session.labelOf(run)}`, children: face } });
}

// The parts of a node's path, each by its last name; operations without a scope of their own by what they do.
export function crumbs(facts) {
  const path = facts?.path ?? [];
  return path.map((id, i) => ({ id, name: id.endsWith("#ops") ? facts.name : i && id.startsWith(path[i - 1]) ? id.slice(path[i - 1].length + 1) : id }));
}

function Crumbs({ path, go }) {
  return h(
    "nav",
    { className: "graph-crumbs", "aria-label": "Path of the selected node" },
    path.map(({ id, name }, i) => [
      h("span", { key: `${id}/`, "aria-hidden": true }, "/"),
      h("button", { key: id, type: "button", "aria-current": i === path.length - 1, onClick: () => go(id), title: `Zoom to ${id}` }, name),
    ]),
  );
}
