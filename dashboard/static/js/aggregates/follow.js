// What the curves depend on besides the view's own keys: which runs are groups, and the baseline that is taken off.

import { isDelta } from "../runs/delta.js";
import { selectedGroups } from "./groups.js";

// The run whose values are taken off all others; null where values are shown as they are.
export function wantedBaseline(session) {
  return isDelta() ? session.sidecar.baseline : null;
}

// Calls `changed` when that is another. → a function that ends it
export function followCurves(session, changed) {
  const describe = () => JSON.stringify([selectedGroups(session), wantedBaseline(session)]);
  let known = describe();
  const follow = () => {
    const now = describe();
    if (now === known) return;
    known = now;
    changed();
  };
  const offs = [session.on("style", follow), session.on("selection", follow), session.on("view", (keys) => keys.has("delta") && follow())];
  return () => offs.forEach((off) => off());
}
