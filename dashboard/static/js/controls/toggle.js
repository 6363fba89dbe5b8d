// A button that is pressed while a key of the view has the value `on`, and its own key of the keyboard. What more
// it says goes where room is short.

import { h } from "../react.js";
import { session } from "../session.js";
import { useKeys } from "../use_keys.js";
import { useViewKey } from "../use_view.js";

export default function Toggle({ viewKey, on, off, word, more, label, shortcut }) {
  const isOn = useViewKey(viewKey) === on;
  const toggle = () => session.view.set({ [viewKey]: session.view.get(viewKey) === on ? off : on }, { label: label.toLowerCase() });
  useKeys("Page", [{ keys: [shortcut], label, run: toggle }]);
  return h(
    "button",
    { type: "button", className: "toggle", "aria-pressed": isOn, title: `${label} (${shortcut})`, onClick: toggle },
    word,
    more && h("span", { className: "toggle-more" }, ` ${more}`),
  );
}
