// What the x-axis shows: what the runs declare, the step, a time, or another metric of the runs.

import { Popover } from "../overlay.js";
import { holding } from "../palette/match.js";
import { Icon, h, useEffect, useSession, useState } from "../react.js";
import { Segmented } from "../segmented.js";
import { session } from "../session.js";
import { useViewKey } from "../use_view.js";
import { hasDeclaredAxes } from "../runs/metrics.js";
import { DECLARED, METRIC } from "../view_codecs.js";

const LABEL = "What the x-axis shows";
const AXES = [
  ["step", "Step", "The step that was logged"],
  ["relative", "Relative", "The time since the run's first point"],
  ["wall", "Wall", "The time of day"],
];
const MAX_LISTED = 100;

export default function XAxis({ viewKey }) {
  useSession(session, ["axes"]);
  const axis = useViewKey(viewKey);
  const metric = axis.startsWith(METRIC) ? axis.slice(METRIC.length) : null;
  const isDeclared = axis === DECLARED && hasDeclaredAxes();
  const choose = (value) => session.view.set({ [viewKey]: value }, { label: "what the x-axis shows" });
  const expect = (value) => session.emit("intent", { [viewKey.split(".")[1]]: value });
  const words = metric ? `x-axis: ${metric}` : isDeclared ? "x-axis: as the runs declare it" : "Another metric as x-axis";
  const button = {
    className: "toggle x-metric",
    title: words,
    "aria-label": words,
    "aria-pressed": metric !== null || isDeclared,
    children: [h("bdi", { key: "name" }, metric ?? (isDeclared ? "Declared" : "Metric")), h(Icon, { key: "icon", name: "chevron-down", size: 12 })],
  };
  return h(
    "div",
    { className: "toolbar-group x-axis" },
    h(Segmented, { label: LABEL, options: AXES, value: axis === DECLARED && !isDeclared ? "step" : axis, choose, expect }),
    h(Popover, { label: "Metric of the x-axis", button, className: "metric-menu" }, (close) => h(Metrics, { metric, isDeclared, choose, close })),
  );
}

function Metrics({ metric, isDeclared, choose, close }) {
  const [filter, setFilter] = useState("");
  const tags = useTags();
  const found = holding(tags, filter);
  const choosing = (value) => () => {
    choose(value);
    close();
  };
  const take = (tag) => choosing(METRIC + tag)();
  const enter = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // the button gets the focus back, and would open the list again
    if (filter.startsWith("=")) take(filter);
    else if (found.length > 0) take(found[0]);
  };
  return h(
    window.React.Fragment,
    null,
    h(
      "label",
      { className: "field" },
      h(Icon, { name: "search", size: 14 }),
      h("input", { value: filter, placeholder: "Find a metric, or = and an expression", "aria-label": "Find a metric", spellCheck: false, "data-autofocus": true, onChange: (event) => setFilter(event.target.value), onKeyDown: enter }),
    ),
    h(
      "div",
      { className: "metric-list", role: "group", "aria-label": "Metrics" },
      !filter && hasDeclaredAxes() &&
        h("button", { type: "button", className: "menu-item", "aria-pressed": isDeclared, title: "Each chart over what its runs declare with define_metric, else over steps", onClick: choosing(DECLARED) }, h("span", { className: "menu-label" }, "As declared by the runs"), isDeclared && h(Icon, { name: "check", size: 14 })),
      filter.startsWith("=") && h("button", { type: "button", className: "menu-item", onClick: () => take(filter) }, h("code", null, filter)),
      found.slice(0, MAX_LISTED).map((tag) =>
        h("button", { key: tag, type: "button", className: "menu-item", "aria-pressed": tag === metric, onClick: () => take(tag) }, h("bdi", { className: "menu-label" }, tag), tag === metric && h(Icon, { name: "check", size: 14 })),
      ),
      found.length === 0 && !filter.startsWith("=") && h("p", { className: "menu-heading" }, "No metric has this in its name."),
      found.length > MAX_LISTED && h("p", { className: "menu-heading" }, `${found.length - MAX_LISTED} more: type to find them.`),
    ),
  );
}

function useTags() {
  const [tags, setTags] = useState([]);
  useEffect(() => {
    session.tags("scalars").then((found) => setTags([...found.keys()].sort()), (error) => session.emit("error", error));
  }, []);
  return tags;
}
