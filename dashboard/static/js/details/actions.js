// What can be done with the run, at the foot of its details.

import { Menu } from "../overlay.js";
import { Icon, h } from "../react.js";
import { archive, canEdit, hide, pin, READ_ONLY, setBaseline, show, unarchive } from "../runs/actions.js";
import { openTrash } from "../runs/trash.js";
import { session } from "../session.js";

export function Actions({ run, moveToTrash }) {
  return h(
    window.React.Fragment,
    null,
    h("button", { type: "button", className: "button", title: "Select only this run", onClick: () => session.select((selection) => selection.only(run.name)) }, h(Icon, { name: "focus-2", size: 14 }), "Only this"),
    canEdit() && h(BaselineButton, { run }),
    canEdit() && h("button", { type: "button", className: "icon-button", "aria-pressed": run.isPinned, title: run.isPinned ? "Unpin from the top of the list" : "Pin to the top of the list", "aria-label": "Pin", onClick: () => pin([run.name], !run.isPinned) }, h(Icon, { name: "pin", size: 14 })),
    h("span", { className: "grow" }),
    canEdit() ? h(More, { run, moveToTrash }) : h("span", { className: "badge", title: READ_ONLY, tabIndex: 0 }, "read-only"),
  );
}

function BaselineButton({ run }) {
  const [title, label] = run.isBaseline ? ["Compare with no run", "No baseline"] : ["Compare all others with this run", "Set as baseline"];
  return h("button", { type: "button", className: "button", title, onClick: () => setBaseline(run.isBaseline ? "" : run.name) }, h(Icon, { name: "flag-3", size: 14 }), label);
}

function More({ run, moveToTrash }) {
  const names = [run.name];
  return h(Menu, {
    label: "More",
    align: "end",
    button: { className: "icon-button", title: "More to do with this run", "aria-label": "More", children: h(Icon, { name: "dots" }) },
    items: [
      run.isHidden ? { label: "Show", icon: "eye", run: () => show(names) } : { label: "Hide", icon: "eye-off", run: () => hide(names) },
      run.isArchived ? { label: "Take out of the archive", icon: "archive", run: () => unarchive(names) } : { label: "Archive", icon: "archive", run: () => archive(names) },
      null,
      { label: "Move to trash…", icon: "trash", run: moveToTrash },
      { label: "Open trash", icon: "arrow-back-up", run: openTrash },
    ],
  });
}
