// When, where and with what the run was made.

import { CopyButton } from "../copy_button.js";
import { formatClock, formatCount, formatDuration, formatValue, secondDigits } from "../format.js";
import { h } from "../react.js";
import { chooseMetric } from "../runs/columns.js";
import { facts as columns, useFacts } from "../runs/facts.js";
import { toneOf } from "../runs/metrics.js";
import { session } from "../session.js";
import { Facts, Section } from "./section.js";
import { clip, quoteCommand } from "./words.js";

export function About({ run, facts }) {
  const environment = facts?.environment ?? {};
  useFacts();
  const { name: metric, tag, measure } = chooseMetric();
  const value = columns.valueOf(run.name, metric);
  return h(
    Section,
    { title: "Run" },
    h(Facts, {
      rows: [
        [metric.replace(/[.](\w+)$/, " $1"), Number.isFinite(value) && sayMetric(value, run.isBaseline ? null : columns.valueOf(session.sidecar.baseline, metric), measure.endsWith("step") ? null : tag)],
        ["Started", run.first_wall_time !== null && h("time", { title: iso(run.first_wall_time) }, `${formatClock(run.first_wall_time)}, ${formatDuration(session.live.now - run.first_wall_time, 2)} ago`)],
        ["Lasted", run.first_wall_time !== null && run.last_wall_time !== null && sayDuration(run.last_wall_time - run.first_wall_time)],
        ["Points", formatCount(run.num_points)],
        ["Folder", h("bdi", { className: "mono" }, clip(run.name))],
        ["Folded from", run.folded_from?.length > 0 && clip(run.folded_from.join(", "))],
        ["Group", facts?.group && clip(facts.group)],
        ["Host", environment.host && clip(sayHost(environment))],
        ["Python", environment.python && clip(`${environment.python} on ${environment.platform}`)],
        ["Commit", environment.git_commit && h(Commit, { environment })],
        ["Command", environment.command?.length > 0 && h(Command, { environment })],
        ["Packages", environment.packages && Object.keys(environment.packages).length > 0 && h(Packages, environment)],
      ],
    }),
  );
}

// Of what took less than a second, its first digits: 0.31 s.
function sayDuration(seconds) {
  return formatDuration(seconds, 2, secondDigits(seconds));
}

// The metric of the list, with how far it is from the baseline's. tag: whose direction tells better from worse; null of
// what has none
function sayMetric(value, baseline, tag) {
  const difference = value - baseline;
  if (baseline === null || !Number.isFinite(difference)) return formatValue(value);
  if (difference === 0) return `${formatValue(value)}, as the baseline`;
  const signed = (number, text) => `${number > 0 ? "+" : ""}${text}`;
  const share = (100 * difference) / Math.abs(baseline);
  const percent = Number.isFinite(share) ? ` (${signed(share, share.toFixed(Math.abs(share) < 0.1 ? 2 : 1)).replace("-", "−")} %)` : "";
  const tone = tag === null ? null : toneOf(tag, difference);
  return h(
    window.React.Fragment,
    null,
    `${formatValue(value)}, `,
    h("span", { className: tone ? `details-delta is-${tone}` : "details-delta" }, `${signed(difference, formatValue(difference))}${percent}`),
    " to baseline",
  );
}

function iso(wallTime) {
  const date = new Date(wallTime * 1000);
  return Number.isNaN(date.getTime()) ? "beyond all calendars" : date.toISOString();
}

function sayHost({ host, num_cpus: numCpus, pid }) {
  return [host, numCpus && `${numCpus} CPUs`, pid && `process ${pid}`].filter(Boolean).join(", ");
}

function Commit({ environment: { git_commit: commit, git_branch: branch, git_diff_stat: changes } }) {
  return h(
    window.React.Fragment,
    null,
    h("code", { title: clip(commit) }, commit.slice(0, 10)),
    branch && ` on ${clip(branch, 80)}`,
    h(CopyButton, { text: commit, label: "Copy", className: "link" }),
    changes && h("details", null, h("summary", { className: "is-changed" }, clip(changes.trim().split("\n").at(-1), 120)), h("pre", { tabIndex: 0 }, clip(changes, 20_000))),
  );
}

function Command({ environment: { command, folder } }) {
  const text = quoteCommand(command);
  return h(
    window.React.Fragment,
    null,
    h("code", { className: "details-command", title: folder ? `In ${clip(folder)}` : undefined }, clip(text)),
    h(CopyButton, { text: folder ? `cd ${quoteCommand([folder])} && ${text}` : text, label: "Copy command", className: "link" }),
  );
}

function Packages({ packages }) {
  const names = Object.keys(packages);
  const lines = names.map((name) => `${name}==${packages[name]}`);
  return h("details", null, h("summary", null, `${names.length}, as requirements`), h("pre", { tabIndex: 0 }, clip(lines.join("\n"), 20_000)), h(CopyButton, { text: lines.join("\n"), label: "Copy", className: "link" }));
}
