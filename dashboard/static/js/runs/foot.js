// The foot of the panel: how many of the selected runs are in which state, and how many runs are out of sight. A press
// on one has the query ask for it.

import { formatCount } from "../format.js";
import { Icon, h, useEffect, useRef } from "../react.js";
import { describeState } from "../run_state.js";
import { session } from "../session.js";
import { useReading } from "./reading.js";
import { hasTerm, toggleTerm } from "./query_syntax.js";

const STATES = ["running", "stalled", "failed", "interrupted", "finished"];
const ASIDE = [
  { word: "hidden", icon: "eye-off", isIt: (run) => run.isHidden },
  { word: "archived", icon: "archive", isIt: (run) => run.isArchived },
];

export function Foot({ runs }) {
  const reading = useReading();
  const counts = new Map();
  for (const { state } of runs) counts.set(state, (counts.get(state) ?? 0) + 1);
  const query = session.view.get("runs");
  const shown = useShown((state) => counts.has(state) || hasTerm(query, termOf(state)));
  if (reading) return reading;
  const aside = ASIDE.map((one) => ({ ...one, count: countWith(one.isIt), term: `${one.word} = true` })).filter(({ count, term }) => count > 0 || hasTerm(query, term));
  if (shown.length === 0 && aside.length === 0) return null;
  return h(
    "div",
    { className: "run-foot" },
    h("div", { className: "foot-counts", role: "group", "aria-label": "Selected runs by status" }, shown.map((state) => h(StateCount, { key: state, state, count: counts.get(state) ?? 0, query }))),
    aside.length > 0 && h("div", { className: "foot-counts", role: "group", "aria-label": "Runs out of sight" }, aside.map(({ word, icon, count, term }) => h(Count, { key: word, term, query, text: `${formatCount(count)} ${word}`, title: `Show the ${word} runs`, titleOn: `Leave the ${word} runs` }, h(Icon, { name: icon, size: 12 })))),
  );
}

// The states that have a count. While runs write, one that comes stands last, and one that no run has any more stays with
// a 0, so that none moves; another selection sorts them again.
function useShown(isWanted) {
  const shown = useRef([]);
  useEffect(() => session.on("selection", ({ isMore }) => isMore || (shown.current = [])), []);
  const kept = shown.current;
  shown.current = [...kept, ...STATES.filter((state) => !kept.includes(state) && isWanted(state))];
  return shown.current;
}

function termOf(state) {
  return `status = ${state}`;
}

function countWith(isIt) {
  let count = 0;
  for (const run of session.runs) count += isIt(run);
  return count;
}

function StateCount({ state, count, query }) {
  const { icon, shape, tone } = describeState({ state, kinds: ["status"] });
  const text = `${formatCount(count)} ${state}`;
  return h(
    Count,
    { term: termOf(state), query, text, title: `Show only runs that are ${state}`, titleOn: "Show runs of every status again" },
    h("span", { className: `run-state is-${tone}`, "aria-hidden": true }, icon ? h(Icon, { name: icon, size: 12 }) : h("span", { className: `state-${shape}` })),
  );
}

function Count({ term, query, text, title, titleOn, children }) {
  const isOn = hasTerm(query, term);
  const toggle = () => session.view.set({ runs: toggleTerm(query, term) }, { label: "run filter" });
  return h("button", { type: "button", className: `state-count${isOn ? " is-on" : ""}`, "aria-pressed": isOn, title: isOn ? titleOn : title, onClick: toggle }, children, h("span", null, text));
}
