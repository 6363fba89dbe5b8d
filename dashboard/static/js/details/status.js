// How it stands with the run: its state, why it failed, and what was found wrong in its files.

import { CopyButton } from "../copy_button.js";
import { formatDuration } from "../format.js";
import { Icon, h } from "../react.js";
import { RunState, describeState } from "../run_state.js";
import { session } from "../session.js";
import { ProgressBar, describeProgress } from "./progress.js";
import { clip } from "./words.js";

const MAX_TRACEBACK = 20_000;

export function Status({ run, facts }) {
  const described = describeState(run);
  const going = describeProgress(run, facts?.progress);
  const word = described ? described.text.replace(/:.*/, "") : "Logs no status";
  const { reason, traceback } = facts?.status ?? {};
  return h(
    "div",
    { className: "details-status" },
    h(
      "p",
      null,
      h(RunState, { run }),
      h("span", null, going ? `${word}, ${going.label}` : word),
      h("span", { className: "grow" }),
      h("span", { className: "details-age", title: going?.left ? `${sayAge(run)}; left at the rate of all steps until now` : undefined }, going?.left || sayAge(run)),
    ),
    going && h(ProgressBar, { label: going.label, ...facts.progress }),
    reason && !traceback && h("p", { className: "details-reason" }, clip(reason)),
    traceback &&
      h(
        "details",
        { className: "details-trace" },
        h("summary", null, h(Icon, { name: "alert-triangle", size: 14 }), h("span", null, lastLine(traceback)), h("span", { className: "grow" }), h(CopyButton, { text: traceback, label: "Copy", hasIcon: true, className: "ghost" })),
        h("pre", { tabIndex: 0 }, clip(traceback, MAX_TRACEBACK)),
      ),
  );
}

function sayAge(run) {
  if (run.last_wall_time === null) return "";
  return `last point ${formatDuration(Math.max(0, session.live.now - run.last_wall_time), 1)} ago`;
}

function lastLine(text) {
  return clip(text.trimEnd().split("\n").at(-1), 200);
}
