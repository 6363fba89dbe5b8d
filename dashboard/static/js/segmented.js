// One of a few values, all of them in sight: a group of radio buttons that looks like one control.

import { h } from "./react.js";

const MOVES = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

// options: [[value, word, title?, isOff?]]. As in every group of radio buttons, arrows choose. expect(value): the pointer
// is on it
export function Segmented({ label, options, value, choose, expect }) {
  const press = (event) => {
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    const at = options.findIndex(([one]) => one === value);
    const next = (at + move + options.length) % options.length;
    if (options[next][3]) return;
    choose(options[next][0]);
    event.currentTarget.children[next].focus();
  };
  const reached = Math.max(0, options.findIndex(([one]) => one === value)); // none may be chosen
  return h(
    "div",
    { className: "segmented", role: "radiogroup", "aria-label": label, title: label, onKeyDown: press },
    options.map(([one, word, title, isOff], i) =>
      h("button", { key: one, type: "button", role: "radio", "aria-checked": one === value, "aria-disabled": isOff || undefined, tabIndex: i === reached ? 0 : -1, title, onClick: () => isOff || choose(one), onPointerEnter: expect && (() => expect(one)) }, word),
    ),
  );
}
