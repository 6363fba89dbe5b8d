// The foot of the panel: how many of the selected runs are in which state. A press on one has the query ask for it.

import { formatCount } from "../format.js";
import { Icon, h } from "../react.js";
import { describeState } from "../run_state.js";
import { session } from "../session.js";
import { useReading } from "./reading.js";
import { hasTerm, toggleTerm } from "./query_syntax.js";

const STATES = ["running", "stalled", "failed", "interrupted", "finished"];

export function Foot({ runs }) {
  const reading = useReading();
  const counts = new Map();
  for (const { state } of runs) counts.set(state, (counts.get(state) ?? 0) + 1);
  const query = session.view.get("runs");
  if (reading) return reading;
  const shown = STATES.filter((state) => counts.has(state) || hasTerm(query, termOf(state)));
  if (shown.length === 0) return null;
  return h("div", { className: "run-foot", role: "group", "aria-label": "Selected runs by status" }, shown.map((state) => h(Count, { key: state, state, count: counts.get(state) ?? 0, query })));
}

function termOf(state) {
  return `status = ${state}`;
}

function Count({ state, count, query }) {
  const { icon, shape, tone } = describeState({ state, kinds: ["status"] });
  const isOn = hasTerm(query, termOf(state));
  return h(
    "button",
    {
      type: "button",
      className: `state-count${isOn ? " is-on" : ""}`,
      "aria-pressed": isOn,
      title: isOn ? `Show runs of every status again` : `Show only runs that are ${state}`,
      onClick: () => session.view.set({ runs: toggleTerm(query, termOf(state)) }, { label: "run filter" }),
    },
    h("span", { className: `run-state is-${tone}`, "aria-hidden": true }, icon ? h(Icon, { name: icon, size: 12 }) : h("span", { className: `state-${shape}` })),
    h("span", null, `${formatCount(count)} ${state}`),
  );
}
