// The second step before a run goes to the trash: what would be moved, and how much that is.

import { formatBytes, formatCount } from "../format.js";
import { notify } from "../notifications.js";
import { h, useEffect, useState } from "../react.js";
import { restore } from "../runs/trash.js";
import { session } from "../session.js";

export function MoveToTrash({ run, end }) {
  const [plan, setPlan] = useState(null);
  const [error, setError] = useState(null);
  const ask = (body) => session.postJSON("data/runs/trash", { runs: [run.name], ...body });
  useEffect(() => void ask({}).then(setPlan, setError), [run.name]);
  const move = async () => {
    try {
      const moved = await ask({ confirmation: plan.confirmation });
      notify({ id: "undo", text: `Moved ${run.label.slice(0, 80)} to the trash`, detail: formatBytes(moved.num_bytes), action: { label: "Restore", run: () => restore(moved.id) } });
      end();
    } catch (failed) {
      setError(failed);
    }
  };
  return h(
    "section",
    { className: "details-confirm", role: "alertdialog", "aria-label": "Move to trash" },
    h("p", { "aria-live": "polite" }, error ? error.message : plan ? say(plan) : "Looking what there is…"),
    h(
      "div",
      { className: "details-buttons" },
      plan && !error && h("button", { type: "button", className: "button is-bad", title: "Move the files; the trash gives them back", onClick: move }, `Move ${formatBytes(plan.num_bytes)}`),
      h("button", { type: "button", className: "button is-quiet", autoFocus: true, title: "Leave the run where it is", onClick: end }, "Cancel"),
    ),
  );
}

function say({ num_bytes: numBytes, runs: [{ num_files: numFiles, num_others: numOthers }] }) {
  const files = `${formatCount(numFiles)} event file${numFiles === 1 ? "" : "s"}, ${formatBytes(numBytes)}`;
  const others = numOthers ? ` ${formatCount(numOthers)} other file${numOthers === 1 ? "" : "s"} of the folder stay.` : "";
  return `Moves ${files}, to the trash in .board, for everyone who opens this logdir.${others}`;
}
