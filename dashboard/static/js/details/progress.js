// How far a run is that says how many steps it will take, and how long that takes yet at its rate until now.

import { formatCount, formatDuration } from "../format.js";
import { h } from "../react.js";

const UNFINISHED = ["running", "stalled"];

// What there is to say of a run that goes on: {label, left}; null where nobody knows how far it is.
//   label   `step 46,800 of 50,000`
//   left    `22 m left`; empty for a run that stands still, or of which one step is known
export function describeProgress(run, progress) {
  if (!progress || !UNFINISHED.includes(run.state)) return null;
  return { label: `step ${formatCount(progress.step)} of ${formatCount(progress.total)}`, left: sayTimeLeft(run, progress) };
}

function sayTimeLeft({ state, first_wall_time: first, last_wall_time: last }, { first_step: from, step, total }) {
  if (state !== "running" || first === null || step <= from || last <= first) return "";
  return step >= total ? "all steps done" : `${formatDuration(((last - first) / (step - from)) * (total - step), 2)} left`;
}

export function ProgressBar({ label, step, total }) {
  return h("progress", { className: "details-progress", max: total, value: step, "aria-label": label });
}
