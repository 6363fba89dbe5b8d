// What lies in the trash of the logdir, and bringing it back.

import { formatBytes, formatCount } from "../format.js";
import { notify } from "../notifications.js";
import { Drawer, showOverlay } from "../overlay.js";
import { Icon, h, useEffect, useReducer, useState } from "../react.js";
import { session } from "../session.js";
import { canEdit } from "./actions.js";

const MAX_NAMES = 3;

export function openTrash() {
  showOverlay((close) => h(TrashPanel, { close }));
}

// → whether it came back
export async function restore(id) {
  try {
    await session.postJSON("data/runs/restore", { id });
    return true;
  } catch (error) {
    notify({ id: "undo", tone: "bad", text: `Not restored. ${error.message}` });
    return false;
  }
}

function TrashPanel({ close }) {
  const [answer, setAnswer] = useState(null);
  const [error, setError] = useState(null);
  const [times, again] = useReducer((count) => count + 1, 0);
  useEffect(() => void session.getJSON("data/runs/trash").then((got) => setAnswer(got.trash), setError), [times]);
  return h(
    Drawer,
    { label: "Trash", onClose: close, className: "trash" },
    error && h("p", { role: "alert" }, error.message),
    !error && !answer && h("p", { "aria-busy": true }, "Reading…"),
    answer?.length === 0 && h("p", { className: "details-plain" }, "Nothing lies in the trash."),
    answer?.length > 0 && h("ul", { className: "trash-list" }, answer.map((entry) => h(Entry, { key: entry.id, entry, again }))),
  );
}

function Entry({ entry: { id, runs, num_files: numFiles, num_bytes: numBytes }, again }) {
  const [isBusy, setBusy] = useState(false);
  const bringBack = async () => {
    setBusy(true);
    await restore(id);
    again();
    setBusy(false);
  };
  const more = runs.length > MAX_NAMES ? ` and ${formatCount(runs.length - MAX_NAMES)} more` : "";
  return h(
    "li",
    null,
    h("span", { className: "trash-name", title: runs.slice(0, 50).join("\n") }, h("bdi", null, runs.slice(0, MAX_NAMES).map((name) => name.slice(0, 200)).join(", ")), more),
    h("span", { className: "trash-size" }, `${formatBytes(numBytes)}, ${formatCount(numFiles)} file${numFiles === 1 ? "" : "s"}, ${id.slice(0, 4)}-${id.slice(4, 6)}-${id.slice(6, 8)}`),
    canEdit() && h("button", { type: "button", className: "button", disabled: isBusy, title: "Move the files back to where they were", onClick: bringBack }, h(Icon, { name: "arrow-back-up", size: 14 }), "Restore"),
  );
}
