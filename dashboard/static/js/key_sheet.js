// All keys there are on this page, by what they belong to.

import { formatKey, listKeys } from "./keys.js";
import { ModalDialog, showOverlay } from "./overlay.js";
import { Icon, h } from "./react.js";

let isOpen = false;

export function openKeySheet() {
  if (isOpen) return;
  isOpen = true;
  const keys = listKeys(); // of the page; the sheet itself adds none
  showOverlay((close) => {
    const leave = () => {
      isOpen = false;
      close();
    };
    return h(KeySheet, { keys, onClose: leave });
  });
}

function KeySheet({ keys, onClose }) {
  const groups = Map.groupBy(keys, ({ group }) => group);
  return h(
    ModalDialog,
    { label: "Keys", className: "sheet key-sheet", onClose },
    h(
      "header",
      { className: "dialog-head" },
      h("h2", null, "Keys"),
      h("span", { className: "grow" }),
      h("button", { type: "button", className: "icon-button", title: "Close (Esc)", "aria-label": "Close", onClick: onClose }, h(Icon, { name: "x" })),
    ),
    h("div", { className: "dialog-body key-groups", tabIndex: 0 }, [...groups].map(([group, entries]) => h(Group, { key: group, group, entries }))),
  );
}

function Group({ group, entries }) {
  return h(
    "section",
    null,
    h("h3", null, group),
    h(
      "dl",
      null,
      entries.map(({ keys, label }) =>
        h(
          "div",
          { key: label },
          h("dt", null, label),
          h("dd", null, keys.map((key) => h("kbd", { className: "kbd", key }, formatKey(key)))),
        ),
      ),
    ),
  );
}
