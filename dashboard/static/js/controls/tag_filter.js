// The field that filters the tags of a page by regex. `page` is the page's name; its key is `page.filter`.

import { Icon, h, useRef } from "../react.js";
import { session } from "../session.js";
import { useKeys } from "../use_keys.js";
import { useViewKey } from "../use_view.js";

const LABEL = "Filter tags by regex";
const MAX_LENGTH = 500; // what a link takes

export default function TagFilter({ page }) {
  const key = `${page}.filter`;
  const filter = useViewKey(key);
  const field = useRef(null);
  const change = (value, isContinuous) => session.view.set({ [key]: value }, { label: "tag filter", isContinuous });
  const clear = () => {
    change("", false);
    field.current.focus();
  };
  useKeys("Page", [{ keys: ["/"], label: "Filter tags", run: () => field.current.focus() }]);
  return h(
    "label",
    { className: "field tag-filter", title: `${LABEL} (/)` },
    h(Icon, { name: "search", size: 14 }),
    h("input", {
      ref: field,
      value: filter,
      placeholder: "Filter tags",
      "aria-label": LABEL,
      maxLength: MAX_LENGTH,
      spellCheck: false,
      onChange: (event) => change(event.target.value, true),
      onKeyDown: (event) => event.key === "Escape" && leave(event, field.current),
    }),
    !filter && h("kbd", { className: "kbd" }, "/"),
    filter && h("button", { type: "button", title: "Clear filter", "aria-label": "Clear filter", onClick: clear }, h(Icon, { name: "x", size: 14 })),
  );
}

function leave(event, field) {
  event.stopPropagation(); // Esc leaves the field and closes nothing behind it
  field.blur();
}
