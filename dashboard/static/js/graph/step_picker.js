// Which step the live values are of, and a way to another one. The last step lets go of the cursor: values follow the run.

import { Icon, h } from "../react.js";
import { formatCount } from "../format.js";

// live: of use_coloring.js; name: what is of that step, if it is not all that the legend tells
export function StepPicker({ live, name = "" }) {
  const { logged, hold } = live;
  const steps = logged?.steps ?? [];
  if (steps.length === 0) return null;
  const place = placeOf(steps, logged.step);
  const isLast = place === steps.length - 1;
  const go = (to) => hold(to >= steps.length - 1 ? null : steps[Math.max(0, to)]);
  const words = logged.step === null ? "before the first value" : `step ${formatCount(logged.step)}`;
  return h(
    "div",
    { className: "graph-cursor", role: "group", "aria-label": "Step of the live values" },
    h("p", { title: isLast && live.step === null ? "The newest values; they follow the run" : "The step that all pages point at; Esc lets go of it" }, name && `${name} at `, words, isLast && live.step === null && h("span", { className: "graph-quiet" }, " · newest")),
    steps.length > 1 &&
      h(
        "div",
        { className: "graph-cursor-row" },
        h(Turn, { icon: "chevron-right is-flipped", label: "Step before", isOff: place <= 0, run: () => go(place - 1) }),
        h("input", { type: "range", min: 0, max: steps.length - 1, value: Math.max(0, place), "aria-label": "Step", "aria-valuetext": words, onKeyDown: keepKeys, onChange: (event) => go(Number(event.target.value)) }),
        h(Turn, { icon: "chevron-right", label: "Step after", isOff: isLast, run: () => go(place + 1) }),
      ),
  );
}

// The keys that move the slider move no selection.
function keepKeys(event) {
  if (/^(Arrow|Home|End)/.test(event.key)) event.stopPropagation();
}

function Turn({ icon, label, isOff, run }) {
  return h("button", { type: "button", className: "icon-button is-small", title: label, "aria-label": label, "aria-disabled": isOff || undefined, onClick: () => !isOff && run() }, h(Icon, { name: icon, size: 14 }));
}

// The last of some steps that is not after another one; −1 if all are.
export function placeOf(steps, step) {
  return step === null ? -1 : steps.findLastIndex((one) => one <= step);
}
