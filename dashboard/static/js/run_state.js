// The state of a run as a mark: a shape of its own for each, its word in the tooltip and for screen readers.

import { Icon, h } from "./react.js";

const STATES = {
  finished: { icon: "check", tone: "ok", text: "Finished" },
  failed: { icon: "x", tone: "bad", text: "Failed" },
  interrupted: { shape: "square", tone: "quiet", text: "Interrupted: stopped by hand, not failed" },
  stalled: { icon: "clock", tone: "warn", text: "Stalled: no heartbeat and no new data for three intervals" },
};

// → {shape or icon, tone, text}; null for a run of which nobody knows whether it goes on.
export function describeState({ state, kinds }) {
  if (state !== "running") return STATES[state] ?? null;
  const isSaid = kinds.includes("status");
  return { shape: "dot", tone: "ok", text: isSaid ? "Running" : "Running: it logs no status, but wrote within the last 30 s" };
}

export function RunState({ run }) {
  const described = describeState(run);
  if (!described) return h("span", { className: "run-state" });
  const { icon, shape, tone, text } = described;
  return h(
    "span",
    { className: `run-state is-${tone}`, role: "img", "aria-label": text, title: text },
    icon ? h(Icon, { name: icon, size: 12 }) : h("span", { className: `state-${shape}` }),
  );
}
