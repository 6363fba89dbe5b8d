// Why a card of curves has none: what its tags, the x-axis or the baseline need, and no selected run logs.

import { wantedBaseline } from "../aggregates/follow.js";
import { countOf, formatCount } from "../format.js";
import { toggleDelta } from "../runs/delta.js";
import { METRIC } from "../view_codecs.js";

// hasLines: whether runs were drawn, without a point
// → promise of {title, texts: sentences, action: {label, run} or null}; of null while data are on their way
export async function findMissing(tags, session, { x = "step" }, hasLines) {
  const known = await session.tags("scalars");
  const metric = x.startsWith(METRIC) ? x.slice(METRIC.length) : null;
  const axis = metric ? await namesIn(metric, session) : { names: [] };
  const parts = await Promise.all(tags.map((tag) => namesIn(tag, session)));
  const baseline = wantedBaseline(session);
  const has = (run, names) => names.every((name) => known.get(name)?.has(run));
  const isThere = (isMet) => parts.some(({ names }) => names && [...session.selected].some((run) => has(run, names) && isMet(run, names)));
  if (!isThere(() => true)) return withoutTags(session, parts, known, has);
  if (baseline && !isThere((_, names) => has(baseline, names))) return withoutBaseline(session, baseline, parts);
  if (axis.problem || !isThere((run) => has(run, axis.names))) return withoutAxis(session, axis.problem ?? `${listed(axis.names)} is not logged by the selected runs of this chart.`);
  if (!hasLines) return null;
  if (baseline) return withoutBaseline(session, baseline, []);
  return metric ? withoutAxis(session, `No step of this chart lies within those of ${listed(axis.names)}.`) : { title: "There is nothing to draw", texts: ["The tags of this chart have no steps in common."], action: null };
}

// The logged tags that a tag or an expression is made of: {names}, or {problem: a sentence} of one that is refused.
async function namesIn(tag, session) {
  if (!tag.startsWith("=")) return { names: [tag] };
  try {
    return { names: (await session.postJSON("data/expressions/check", { text: tag.slice(1) })).tags };
  } catch (error) {
    if (error.status === 422) return { names: null, problem: error.message };
    throw error;
  }
}

function withoutBaseline(session, baseline, parts) {
  const names = [...new Set(parts.flatMap((part) => part.names ?? []))];
  const label = session.runNamed(baseline)?.shortLabel ?? baseline;
  const text = names.length > 0 ? `${label} lacks ${listed(names)}.` : `No step of these runs lies within those of ${label}.`;
  return { title: "There is no difference to the baseline", texts: [text], action: { label: "Show values", run: toggleDelta } };
}

function withoutAxis(session, text) {
  const showSteps = () => session.view.set({ "scalars.x": "step" }, { label: "what the x-axis shows" });
  return { title: "No point has a place on the x-axis", texts: [text], action: { label: "Show steps", run: showSteps } };
}

function withoutTags(session, parts, known, has) {
  const { size } = session.selected;
  const others = session.runs.map(({ name }) => name).filter((run) => parts.some(({ names }) => names && has(run, names)));
  const texts = new Set(parts.map(({ names, problem }) => problem ?? sayLack(names, known, session)));
  if (others.length > 0) texts.add(`${countOf(others.length, "other run")} ${others.length === 1 ? "does" : "do"}.`);
  return {
    title: size === 1 ? "The selected run does not log what this chart needs" : `None of the ${formatCount(size)} selected runs logs what this chart needs`,
    texts: [...texts],
    action: others.length > 0 ? { label: others.length === 1 ? "Select that one" : `Select those ${formatCount(others.length)}`, run: () => session.select((selection) => selection.setMany(others, true)) } : null,
  };
}

function sayLack(names, known, { selected }) {
  const absent = names.filter((name) => ![...selected].some((run) => known.get(name)?.has(run)));
  if (absent.length > 0) return `${listed(absent)} ${absent.length === 1 ? "is" : "are"} not logged.`;
  return `No selected run logs all of ${listed(names)}.`;
}

function listed(names) {
  const quoted = names.map((name) => `\`${name}\``);
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} and ${quoted.at(-1)}`;
}
