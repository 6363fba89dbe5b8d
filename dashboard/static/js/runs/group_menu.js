// The button in the head of the runs that groups and colours them, on every page.

import { Popover } from "../overlay.js";
import { Icon, h, useEffect, useSession, useState } from "../react.js";
import { session } from "../session.js";
import { useViewKey } from "../use_view.js";
import { shortenNames } from "./comparison.js";
import { chooseColor, groupByPattern, toggleGroupBy, ungroup } from "./group_actions.js";

const NUM_AT_FIRST = 12;
const TYPING_MS = 250;

export function GroupMenu() {
  const group = useViewKey("group");
  useSession(session, ["style"]);
  const word = nameGrouping(group);
  const { problem } = session.comparison;
  return h(
    Popover,
    {
      label: "Group and colour the runs",
      align: "end",
      className: "group-menu",
      button: {
        className: group ? "ghost group-button is-on" : "ghost group-button",
        title: problem ?? `${group ? `Grouped by ${word}` : "Group and colour the runs"} (G)`,
        "aria-label": group ? `Group: ${word}` : "Group",
        children: [h(Icon, { key: "icon", name: problem ? "alert-triangle" : "stack-2", size: 14 }), h("span", { key: "word", className: "group-word" }, group ? word : "Group"), h(Icon, { key: "more", name: "chevron-down", size: 14 })],
      },
    },
    () => h(Choices),
  );
}

// What the runs are grouped by, in a few words.
export function nameGrouping(group) {
  if (!group) return "";
  return group.pattern ? `/${group.pattern}/` : [...shortenNames(group.by).values()].join(", ");
}

function Choices() {
  useSession(session, ["style", "selection"]);
  const group = useViewKey("group");
  const color = useViewKey("color");
  const [word, setWord] = useState("");
  const chosen = [...(group?.by ?? []), ...(color && !["run", "group"].includes(color) ? [color] : [])];
  const known = [...new Set([...session.differing, ...chosen])];
  const short = shortenNames(known);
  const fitting = known.filter((name) => name.toLowerCase().includes(word.toLowerCase()));
  const shown = word ? fitting : fitting.filter((name, i) => i < NUM_AT_FIRST || chosen.includes(name));
  return h(
    window.React.Fragment,
    null,
    known.length > NUM_AT_FIRST &&
      h("label", { className: "field" }, h(Icon, { name: "search", size: 14 }), h("input", { value: word, placeholder: `Find among ${known.length} hyperparameters`, "aria-label": "Find a hyperparameter", spellCheck: false, onChange: (event) => setWord(event.target.value) })),
    h("p", { className: "menu-heading", id: "group-by" }, "Group by"),
    h("div", { className: "group-choices", role: "group", "aria-labelledby": "group-by" }, shown.map((name) => h(GroupChoice, { key: name, name, label: short.get(name), isOn: group?.by.includes(name) ?? false }))),
    known.length === 0 && h("p", { className: "group-none" }, "The selected runs differ in no hyperparameter."),
    h(Pattern, { pattern: group?.pattern ?? "" }),
    session.comparison.problem && h("p", { className: "hint", role: "alert" }, session.comparison.problem),
    h("p", { className: "menu-heading", id: "color-by" }, "Colour by"),
    h(
      "div",
      { className: "group-choices", role: "radiogroup", "aria-labelledby": "color-by" },
      h(ColorChoice, { name: null, label: group ? "Automatic: group" : "Automatic", title: "By group if there are groups, else by run; more than 36 selected by the learning rate if it varies, else by the hyperparameter that varies most" }),
      h(ColorChoice, { name: "run", label: "Run" }),
      group && h(ColorChoice, { name: "group", label: "Group" }),
      shown.map((name) => h(ColorChoice, { key: name, name: colorName(name), label: short.get(name), title: name })),
    ),
    group && h("button", { type: "button", className: "menu-item", onClick: ungroup }, h(Icon, { name: "x", size: 14 }), h("span", { className: "menu-label" }, "No grouping")),
  );
}

// A hyperparameter that is called as one of the choices is told from it by where it is from.
function colorName(name) {
  return ["run", "group"].includes(name) ? `hparams.${name}` : name;
}

function GroupChoice({ name, label, isOn }) {
  return h(
    "button",
    { type: "button", className: "menu-item", role: "checkbox", "aria-checked": isOn, title: name, onClick: () => toggleGroupBy(name) },
    h("span", { className: isOn ? "box is-all" : "box", "aria-hidden": true }, isOn && h(Icon, { name: "check", size: 12 })),
    h("span", { className: "menu-label" }, label),
  );
}

function ColorChoice({ name, label, title }) {
  const isOn = session.view.get("color") === name;
  return h(
    "button",
    { type: "button", className: "menu-item", role: "radio", "aria-checked": isOn, title, onClick: () => chooseColor(name) },
    h("span", { className: "menu-label" }, label),
    isOn && h(Icon, { name: "check", size: 14 }),
  );
}

// The regex is used a moment after it was typed.
function Pattern({ pattern }) {
  const [typed, setTyped] = useState(pattern);
  useEffect(() => setTyped(pattern), [pattern]);
  useEffect(() => {
    if (typed === pattern) return undefined;
    const timer = setTimeout(() => groupByPattern(typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return h(
    "label",
    { className: session.comparison.problem ? "field is-bad" : "field" },
    h("input", { className: "mono", value: typed, placeholder: "Regex on the name: v(\\d+)", "aria-label": "Group by a regex on the name", maxLength: 490, spellCheck: false, onChange: (event) => setTyped(event.target.value) }),
  );
}
