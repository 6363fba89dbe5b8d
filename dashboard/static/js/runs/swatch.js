// The swatch of a run: a button that opens the colours it can have.

import { canEdit, READ_ONLY, setColor } from "./actions.js";
import { NUM_SLOTS, slotColor, swatchBackground } from "./colors.js";
import { Popover } from "../overlay.js";
import { Icon, h, useState } from "../react.js";
import { session } from "../session.js";

const HEX = /^#[0-9a-f]{6}$/i;
const COLUMNS = 6;

// isShown: whether it is filled, as that of a selected run.
export function Swatch({ run, isShown, tabIndex = 0 }) {
  const face = h("span", { className: "swatch", style: isShown ? { background: swatchBackground(run) } : null });
  if (!canEdit()) return h("span", { className: "swatch-button", title: READ_ONLY }, face);
  if (run.isBaseline) return h("span", { className: "swatch-button", title: "The baseline is drawn in ink" }, face);
  return h(
    Popover,
    { label: `Colour of ${run.label}`, className: "colors", button: { className: "swatch-button", title: "Colour", "aria-label": `Colour of ${run.label}`, tabIndex, children: face } },
    (close) => h(Colors, { run, close }),
  );
}

function Colors({ run, close }) {
  const chosen = session.sidecar.notesOf(run.name).color ?? null;
  const choose = (color) => {
    setColor([run.name], color);
    close();
  };
  return h(
    window.React.Fragment,
    null,
    h(
      "div",
      { className: "color-grid", role: "radiogroup", "aria-label": "Palette", onKeyDown: move },
      Array.from({ length: NUM_SLOTS }, (_, slot) => h(Choice, { key: slot, slot, isChosen: chosen === slot + 1, choose })),
    ),
    h(Custom, { chosen, run, choose }),
    h("button", { type: "button", className: "menu-item", disabled: chosen === null, title: "The colour that the board gives the run", onClick: () => choose(null) }, h(Icon, { name: "arrow-back-up", size: 14 }), "Automatic"),
  );
}

function Choice({ slot, isChosen, choose }) {
  return h(
    "button",
    { type: "button", role: "radio", "aria-checked": isChosen, className: "color-choice", title: `Colour ${slot + 1}`, "aria-label": `Colour ${slot + 1}`, "data-autofocus": isChosen || undefined, style: { background: slotColor(slot) }, onClick: () => choose(slot + 1) },
    isChosen && h(Icon, { name: "check", size: 14 }),
  );
}

function Custom({ chosen, run, choose }) {
  const [text, setText] = useState(typeof chosen === "string" ? chosen : run.color);
  const isRight = HEX.test(text);
  const keep = (event) => {
    event.preventDefault();
    if (isRight) choose(text.toLowerCase());
  };
  return h(
    "form",
    { className: "color-custom", onSubmit: keep },
    h("input", { type: "color", value: isRight ? text.toLowerCase() : "#000000", title: "Pick a colour", "aria-label": "Pick a colour", onChange: (event) => setText(event.target.value) }),
    h("label", { className: isRight ? "field" : "field is-bad" }, h("input", { value: text, maxLength: 7, spellCheck: false, "aria-label": "Colour as #rrggbb", "aria-invalid": !isRight, onChange: (event) => setText(event.target.value) })),
    h("button", { type: "submit", className: "button", disabled: !isRight, title: isRight ? "Use this colour (Enter)" : "A colour is written as #3463ea" }, "Use"),
  );
}

function move(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
  if (!step) return;
  event.preventDefault();
  const choices = [...event.currentTarget.children];
  choices[(choices.indexOf(document.activeElement) + step + choices.length) % choices.length]?.focus();
}
