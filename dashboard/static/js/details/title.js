// The name of the run, at the top of its details: swatch, name, and a field to give it another one.

import { CopyButton } from "../copy_button.js";
import { Icon, h, useState } from "../react.js";
import { canEdit, rename } from "../runs/actions.js";
import { Swatch } from "../runs/swatch.js";

const MAX_CHARACTERS = 500;
const MAX_WHOLE = 24; // characters of a name beside which its end would not be seen
const TAIL = 12;

export function Title({ run, name }) {
  const [isEditing, setEditing] = useState(false);
  const label = run?.label ?? name;
  if (isEditing) return h(NameField, { label, name, end: () => setEditing(false) });
  return h(
    "span",
    { className: "details-title" },
    run && h(Swatch, { run, isShown: true }),
    h("span", { className: "details-label", title: `${label}\n${name}`.slice(0, 1_000) }, h(Label, { text: label.slice(0, 500) })),
    run?.isBaseline && h("span", { className: "badge" }, h(Icon, { name: "flag-3", size: 12 }), "baseline"),
    run && canEdit() && h("button", { type: "button", className: "icon-button is-small", title: "Rename (Enter keeps, Esc leaves)", "aria-label": "Rename", onClick: () => setEditing(true) }, h(Icon, { name: "pencil", size: 14 })),
    h(CopyButton, { text: name, label: "Copy name", hasIcon: true, className: "icon-button is-small has-hidden-label" }),
  );
}

// A long name loses its middle, never its end.
function Label({ text }) {
  if (text.length <= MAX_WHOLE) return h("bdi", null, text);
  return h("bdi", { className: "name-parts" }, h("span", { className: "name-front" }, text.slice(0, -TAIL)), h("span", { className: "name-tail" }, text.slice(-TAIL)));
}

// Empty gives the run its own name back.
function NameField({ label, name, end }) {
  const [text, setText] = useState(label);
  const keep = () => {
    if (text.trim() !== label) rename(name, text.trim() === name ? "" : text);
    end();
  };
  const press = (event) => {
    if (event.key === "Enter") keep();
    else if (event.key === "Escape") end();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return h(
    "label",
    { className: "field details-name" },
    h("input", { value: text, autoFocus: true, maxLength: MAX_CHARACTERS, placeholder: name, "aria-label": "Name to show", spellCheck: false, onFocus: (event) => event.target.select(), onChange: (event) => setText(event.target.value), onKeyDown: press, onBlur: keep }),
  );
}
