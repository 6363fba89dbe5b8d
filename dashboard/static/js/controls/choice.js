// One of a few values of a key of the view, side by side. options: [{value, word}].

import { h } from "../react.js";
import { session } from "../session.js";
import { useViewKey } from "../use_view.js";

export default function Choice({ viewKey, options, label }) {
  const chosen = useViewKey(viewKey);
  const choose = (value) => session.view.set({ [viewKey]: value }, { label: label.toLowerCase() });
  return h(
    "div",
    { className: "segmented", role: "radiogroup", "aria-label": label, title: label, onKeyDown: (event) => move(event, options, chosen, choose) },
    options.map(({ value, word }) =>
      h(
        "button",
        { key: value, type: "button", role: "radio", "aria-checked": value === chosen, tabIndex: value === chosen ? 0 : -1, onClick: () => choose(value) },
        word,
      ),
    ),
  );
}

// As in every group of radio buttons, arrows choose.
function move(event, options, chosen, choose) {
  const stride = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
  if (!stride) return;
  event.preventDefault();
  event.stopPropagation();
  const at = options.findIndex(({ value }) => value === chosen);
  const next = (at + stride + options.length) % options.length;
  choose(options[next].value);
  event.currentTarget.children[next].focus();
}
