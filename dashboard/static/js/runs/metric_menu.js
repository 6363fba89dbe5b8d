// The menu of the metric that the list shows: which tag, and which of its values.

import { Popover } from "../overlay.js";
import { Icon, h, useState } from "../react.js";
import { Segmented } from "../segmented.js";
import { session } from "../session.js";
import { isDelta, toggleDelta } from "./delta.js";
import { facts } from "./facts.js";

const MAX_LISTED = 100;
const MEASURES = [
  ["last", "last", "The last value"],
  ["min", "min", "The smallest value"],
  ["max", "max", "The largest value"],
  ["mean", "mean", "The mean of all values"],
  ["best", "best", "The best value, by the direction that the metric declares"],
];

export function MetricMenu({ metric }) {
  const button = { className: "head-chevron", title: "Choose the metric", "aria-label": "Choose the metric", children: h(Icon, { name: "chevron-down", size: 12 }) };
  return h(Popover, { label: "Metric", button, align: "end", className: "metric-menu" }, (close) => h(Content, { metric, close }));
}

function Content({ metric, close }) {
  const [filter, setFilter] = useState("");
  const found = facts.metrics.filter((one) => one.name.toLowerCase().includes(filter.toLowerCase()));
  const chosen = facts.metrics.find((one) => one.name === metric.tag);
  const set = (tag, measure) => session.view.set({ metric: `${tag}.${measure}` }, { label: "metric of runs" });
  const choose = ({ name, measures }) => {
    set(name, measures.includes(metric.measure) ? metric.measure : "last");
    close();
  };
  const measures = MEASURES.filter(([name]) => chosen?.measures.includes(name));
  return h(
    window.React.Fragment,
    null,
    measures.length > 0 && h(Segmented, { label: "Value of the metric", options: measures, value: metric.measure, choose: (measure) => set(metric.tag, measure) }),
    session.runNamed(session.sidecar.baseline) && h(DeltaChoice),
    h("label", { className: "field" }, h(Icon, { name: "search", size: 14 }), h("input", { value: filter, placeholder: "Find a metric", "aria-label": "Find a metric", spellCheck: false, "data-autofocus": true, onChange: (event) => setFilter(event.target.value) })),
    h(
      "div",
      { className: "metric-list", role: "group", "aria-label": "Metrics" },
      found.slice(0, MAX_LISTED).map((one) =>
        h("button", { key: one.name, type: "button", className: "menu-item", "aria-pressed": one.name === metric.tag, onClick: () => choose(one) }, h("bdi", { className: "menu-label" }, one.name), one.name === metric.tag && h(Icon, { name: "check", size: 14 })),
      ),
      found.length === 0 && h("p", { className: "menu-heading" }, "No metric has this in its name."),
      found.length > MAX_LISTED && h("p", { className: "menu-heading" }, `${found.length - MAX_LISTED} more: type to find them.`),
    ),
  );
}

function DeltaChoice() {
  const isOn = isDelta();
  return h(
    "button",
    { type: "button", className: "menu-item", role: "checkbox", "aria-checked": isOn, title: "How far each run is from the baseline", onClick: toggleDelta },
    h("span", { className: isOn ? "box is-all" : "box", "aria-hidden": true }, isOn && h(Icon, { name: "check", size: 12 })),
    h("span", { className: "menu-label" }, "Difference to the baseline"),
  );
}
