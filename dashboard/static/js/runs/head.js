// The head of the list: a box for all runs that are listed, how many are selected, and the heads of the columns, which
// set the order.

import { countOf, formatCount } from "../format.js";
import { Icon, h } from "../react.js";
import { session } from "../session.js";
import { Box, stateOf } from "./box.js";
import { ColumnMenu } from "./column_menu.js";
import { columnWidths, SEPARATOR, shortName } from "./columns.js";
import { GroupMenu } from "./group_menu.js";
import { MetricMenu } from "./metric_menu.js";
import { findOneRun } from "./one_run.js";
import { nextOrder } from "./order.js";
import { pickAll } from "./pick.js";

export function Head({ names, numSelected }) {
  const isOne = findOneRun() !== null;
  const state = stateOf(numSelected, names.length);
  const total = session.runsInSight.length;
  return h(
    "div",
    { className: "run-head" },
    !isOne &&
      h(Box, {
        state,
        label: "Select all runs of the list",
        title: state === "all" ? "Take all of the list off" : "Select all of the list",
        onClick: () => pickAll(names, state !== "all"),
      }),
    h("strong", null, total ? (isOne ? countOf(total, "run") : `${formatCount(numSelected)} of ${countOf(total, "run")}`) : "Reading…"),
    h("span", { className: "grow" }),
    h(GroupMenu),
    h(ColumnMenu),
  );
}

// A head says what its column is, and turns the order.
export function ColumnHeads({ columns, metric, elided, areGrouped }) {
  const order = session.view.get("order");
  return h(
    "div",
    { className: "run-columns", style: columnWidths(columns) },
    h(
      "span",
      { className: "head-name" },
      h(HeadButton, { base: "name", order, title: "Sort by name" }, areGrouped ? "Group" : (findOneRun()?.heading ?? "Run")),
      elided && h("bdi", { className: "head-elided", title: `All names begin with ${elided}` }, `${elided}…`),
    ),
    columns.hparamsPx > 0 && h("span", { className: "head-hparams", title: columns.hparams.join("\n") }, columns.hparams.map(shortName).join(SEPARATOR)),
    h(HeadButton, { base: "status", order, title: "Sort by status", className: "head-status", label: "Status" }, order.endsWith("status") ? "" : h(Icon, { name: "heartbeat", size: 12 })),
    metric.name && h("span", { className: "head-metric" }, h(MetricMenu, { metric }), h(HeadButton, { base: "metric", order, title: `Sort by ${metric.name}`, label: `Sort by ${metric.name}` }, metric.isDelta && h("span", null, "Δ"), h(MetricWords, metric))),
    columns.hasAge && h(HeadButton, { base: "updated", order, title: "Sort by the time of the last point", className: "head-age" }, "Age"),
  );
}

// Which value it is goes first where room ends, and then the beginning of the tag.
function MetricWords({ tag, measure }) {
  return h("span", { className: "metric-words" }, h("span", { className: "metric-name" }, h("bdi", null, tag)), measure !== "last" && h("span", null, ` ${measure}`));
}

function HeadButton({ base, order, title, className = "", label, children }) {
  const isUp = order === base;
  const isDown = order === `-${base}`;
  const sort = () => session.view.set({ order: nextOrder(order, base) }, { label: "order of runs" });
  return h(
    "button",
    { type: "button", className: `head-button ${className}`, title, "aria-label": label, "aria-pressed": isUp || isDown, onClick: sort },
    children,
    (isUp || isDown) && h("span", { className: "head-arrow", role: "img", "aria-label": isUp ? "ascending" : "descending" }, isUp ? "↑" : "↓"),
  );
}
