// What the colours of the runs say, on top of the list: a ramp with its ends, or a swatch for each value. Groups are
// their own legend.

import { formatHparam } from "../format.js";
import { h, useSession } from "../react.js";
import { session } from "../session.js";
import { rampBackground, slotColor } from "./colors.js";
import { shortenNames } from "./comparison.js";

const MAX_VALUES = 12;

export function ColorLegend() {
  useSession(session, ["style", "selection", "theme"]);
  const { kind, ...legend } = session.comparison.coloring;
  if (kind === "ramp") return h(Ramp, legend);
  if (kind === "values") return h(Values, legend);
  return null;
}

function Ramp({ name, low, high, isLog }) {
  const word = shortenNames([name]).get(name);
  return h(
    "div",
    { className: "color-legend", title: `Colours of the selected runs by ${name}${isLog ? ", on a logarithmic scale" : ""}. Grey: no number.` },
    h("span", null, `Colour: ${word}${isLog ? ", log" : ""}`),
    h("span", { className: "color-end", title: formatHparam(low) }, writeEnd(low)),
    h("span", { className: "color-ramp", style: { background: rampBackground() }, role: "img", "aria-label": `from ${formatHparam(low)} to ${formatHparam(high)}` }),
    h("span", { className: "color-end", title: formatHparam(high) }, writeEnd(high)),
  );
}

// The end of a ramp: three digits say where a colour stands.
function writeEnd(value) {
  return formatHparam(Number(value.toPrecision(3)));
}

function Values({ name, values }) {
  const word = shortenNames([name]).get(name);
  return h(
    "div",
    { className: "color-legend", title: `Colours of the runs by ${name}` },
    h("span", null, `Colour: ${word}`),
    h(
      "span",
      { className: "color-values" },
      values.slice(0, MAX_VALUES).map(({ key, slot, label }) => h("span", { key, title: label }, h("span", { className: "swatch", style: { background: slotColor(slot) } }), label)),
      values.length > MAX_VALUES && h("span", { title: `${values.length} values` }, `+${values.length - MAX_VALUES}`),
    ),
  );
}
