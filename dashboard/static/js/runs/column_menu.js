// The menu of the columns: the order of the runs, and which hyperparameters, and facts of what they ran on, are shown.

import { formatCount } from "../format.js";
import { Popover } from "../overlay.js";
import { Icon, h } from "../react.js";
import { session } from "../session.js";
import { chooseHparams } from "./columns.js";
import { facts } from "./facts.js";
import { ORDER_WORDS } from "./order.js";

const MAX_LISTED = 200;

export function ColumnMenu() {
  const button = { className: "icon-button is-small columns-button", title: "Order and columns", "aria-label": "Order and columns", children: h(Icon, { name: "columns-3" }) };
  return h(Popover, { label: "Order and columns", button, align: "end", className: "column-menu" }, () => h(Content));
}

function Content() {
  return h(window.React.Fragment, null, h(Order), h(Facts));
}

function Order() {
  const order = session.view.get("order");
  return h(
    "fieldset",
    null,
    h("legend", null, "Order"),
    Object.entries(ORDER_WORDS).map(([name, word]) =>
      h("label", { key: name }, h("input", { type: "radio", name: "run-order", checked: order === name, onChange: () => session.view.set({ order: name }, { label: "order of runs" }) }), word),
    ),
  );
}

function Facts() {
  const { hparams, environment } = facts;
  const shown = new Set(chooseHparams());
  const set = (value) => session.view.set({ hparams: value }, { label: "columns of runs" });
  const toggle = (name) => set(shown.has(name) ? [...shown].filter((one) => one !== name) : [...shown, name]);
  const isChosen = session.view.get("hparams") !== null;
  return h(
    window.React.Fragment,
    null,
    h(Choices, { legend: "Hyperparameters", columns: hparams, shown, toggle }),
    h(Choices, { legend: "Environment", columns: environment, shown, toggle }),
    isChosen && h("button", { type: "button", className: "link", onClick: () => set(null) }, "Those that differ most"),
  );
}

function Choices({ legend, columns, shown, toggle }) {
  if (columns.length === 0) return null;
  return h(
    "fieldset",
    null,
    h("legend", null, legend),
    columns.slice(0, MAX_LISTED).map(({ name, is_constant: isConstant, num_values: numValues }) =>
      h(
        "label",
        { key: name },
        h("input", { type: "checkbox", checked: shown.has(name), onChange: () => toggle(name) }),
        h("span", { className: "menu-label", title: name }, name.replace(/^env\.(packages\.)?/, "")),
        h("span", { className: "menu-detail" }, isConstant ? "same in all" : `${formatCount(numValues)} values`),
      ),
    ),
  );
}
