// The weight of the moving average: a slider that feels even, and a field for the exact value.

import { h, useId, useRef, useState } from "../react.js";
import { session } from "../session.js";
import { useKeys } from "../use_keys.js";
import { useViewKey } from "../use_view.js";
import { MAX_WEIGHT, positionOf, readWeight, weightAt } from "./weights.js";

const LABEL = "Weight of the moving average";

export default function Smoothing({ viewKey }) {
  const weight = useViewKey(viewKey);
  const [draft, setDraft] = useState(null); // what stands in the field while someone types there
  const field = useRef(null);
  const id = useId();
  const change = (value) => session.view.set({ [viewKey]: value }, { label: "smoothing", isContinuous: true });
  const type = (text) => {
    setDraft(text);
    const value = readWeight(text);
    if (value !== null) change(value);
  };
  useKeys("Page", [{ keys: ["S"], label: "Smoothing field", run: () => field.current.select() }]);
  return h(
    "div",
    { className: "toolbar-group" },
    h("label", { className: "toolbar-label", htmlFor: id }, "Smooth"),
    h("input", {
      type: "range",
      className: "slider",
      min: 0,
      max: 100,
      value: positionOf(weight),
      title: LABEL,
      "aria-label": LABEL,
      "aria-valuetext": String(weight),
      style: { "--share": `${positionOf(weight)}%` },
      onChange: (event) => change(weightAt(Number(event.target.value))),
    }),
    h("input", {
      id,
      ref: field,
      className: "number",
      inputMode: "decimal",
      value: draft ?? String(weight),
      title: `${LABEL}, 0 to ${MAX_WEIGHT} (S)`,
      "aria-invalid": draft !== null && readWeight(draft) === null,
      onBlur: () => setDraft(null),
      onChange: (event) => type(event.target.value),
      onKeyDown: (event) => ["Enter", "Escape"].includes(event.key) && event.currentTarget.blur(),
    }),
  );
}
