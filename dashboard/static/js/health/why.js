// Why a chart is empty: what the selected runs lack of each kind that a page shows, and what they logged instead.

import { h, useState } from "../react.js";
import { session } from "../session.js";
import { Section } from "./notes.js";

const MAX_RUNS = 100; // of one request
const KINDS = [
  ["scalars", "Scalars"],
  ["histograms", "Histograms"],
  ["graphs", "Graph"],
];

export function Why() {
  const [answers, setAnswers] = useState(null);
  const ask = async (event) => {
    if (event.currentTarget.open && !answers) setAnswers(await explain().catch((error) => [{ text: error.message }]));
  };
  return h(
    Section,
    { title: "Why is a chart empty?", onToggle: ask },
    answers === null ? h("p", { "aria-busy": true }, "Reading…") : answers.map(({ page, text }) => h("p", { key: page ?? text }, page && h("strong", null, `${page}: `), text)),
  );
}

async function explain() {
  const runs = session.selectedRuns.map((run) => run.name).slice(0, MAX_RUNS);
  if (session.runs.length === 0) return [{ text: "No event file was read yet, so there is no run to select." }];
  if (runs.length === 0) return [{ text: "No run is selected. Tick one in the list of runs." }];
  const answers = await Promise.all(
    KINDS.map(async ([kind, page]) => ({ page, text: (await session.getJSON("data/health/why", { run: runs, kind })).sentence })),
  );
  const lacking = answers.filter(({ text }) => text);
  return lacking.length > 0 ? lacking : [{ text: "Each selected run holds scalars, histograms and a graph. A page shows the tags that one of them logs and that its filter matches." }];
}
