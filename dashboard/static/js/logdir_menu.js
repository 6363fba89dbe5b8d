// Which folders board watches: each with its whole name, whether it is there, and how many runs it gave.

import { CopyButton } from "./copy_button.js";
import { countOf } from "./format.js";
import { openHealth } from "./health_panel.js";
import { Popover } from "./overlay.js";
import { Icon, h, useSession } from "./react.js";
import { openTrash } from "./runs/trash.js";
import { session } from "./session.js";

const MAX_LETTERS = 28;

export function LogdirMenu() {
  useSession(session, ["runs"]);
  const logdirs = session.logdir?.logdirs ?? [];
  if (logdirs.length === 0) return h("span", { className: "logdir" });
  return h(
    Popover,
    {
      label: "Logdirs",
      className: "logdirs",
      button: {
        className: "logdir",
        title: `board watches ${logdirs.map(({ label }) => label).join(", ")}`,
        children: [h("span", { key: "name", className: "logdir-name" }, h("bdi", null, nameAll(logdirs))), h(Icon, { key: "more", name: "chevron-down", size: 14 })],
      },
    },
    (close) => h(LogdirList, { close }),
  );
}

// Only drawn while the menu is open, and kept up to date by itself.
function LogdirList({ close }) {
  useSession(session, ["runs"]);
  const { logdirs } = session.logdir;
  return h(
    window.React.Fragment,
    null,
    h("h2", null, logdirs.length === 1 ? "Logdir" : `${logdirs.length} logdirs`),
    h("ul", { className: "logdir-list" }, logdirs.map((logdir) => h(Logdir, { key: `${logdir.name}=${logdir.label}`, logdir }))),
    h("button", { type: "button", className: "menu-item", onClick: () => { close(); openHealth(); } }, h(Icon, { name: "stethoscope", size: 14 }), h("span", { className: "menu-label" }, "Open Doctor"), h("span", { className: "menu-detail" }, "every file and what is wrong with it")),
    h("button", { type: "button", className: "menu-item", onClick: () => { close(); openTrash(); } }, h(Icon, { name: "trash", size: 14 }), h("span", { className: "menu-label" }, "Open trash"), h("span", { className: "menu-detail" }, "runs that were moved there")),
  );
}

function Logdir({ logdir: { name, label, exists } }) {
  const runs = session.runs.filter((run) => name === "" || run.name === name || run.name.startsWith(`${name}/`));
  const count = countOf(runs.length, "run");
  return h(
    "li",
    null,
    h("span", { className: "logdir-path mono" }, label),
    h(CopyButton, { text: label, label: "Copy path", className: "ghost", hasIcon: true }),
    h(
      "span",
      { className: exists ? "logdir-state" : "logdir-state is-missing" },
      !exists && h(Icon, { name: "alert-triangle", size: 12 }),
      [name && `named ${name}`, exists ? count : "does not exist yet; board is waiting for it"].filter(Boolean).join(" · "),
    ),
  );
}

function nameAll([first, ...others]) {
  return others.length === 0 ? shorten(first.label) : `${shorten(first.label)} and ${others.length} more`;
}

// A path loses its beginning, never its end.
function shorten(path) {
  if (path.length <= MAX_LETTERS) return path;
  const parts = path.split("/");
  let tail = parts.pop();
  while (parts.length > 0 && tail.length + parts.at(-1).length + 3 <= MAX_LETTERS) tail = `${parts.pop()}/${tail}`;
  return `…/${tail}`;
}
