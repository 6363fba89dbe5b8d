// Shows every value as its difference to the baseline run; there while a baseline is chosen.

import { h, useSession } from "../react.js";
import { isDelta, toggleDelta } from "../runs/delta.js";
import { session } from "../session.js";
import { useKeys } from "../use_keys.js";
import { useViewKey } from "../use_view.js";

const LABEL = "Difference to the baseline";

export default function Delta() {
  useViewKey("delta");
  useSession(session, ["style", "runs"]);
  const baseline = session.runNamed(session.sidecar.baseline);
  useKeys("Page", [{ keys: ["D"], label: LABEL, run: () => (session.runNamed(session.sidecar.baseline) ? toggleDelta() : false) }]);
  if (!baseline) return null;
  return h(
    "button",
    { type: "button", className: "toggle delta-button", "aria-pressed": isDelta(), "aria-label": `Δ to ${baseline.shortLabel}`, title: `${LABEL}, ${baseline.name} (D)`, onClick: toggleDelta },
    "Δ",
    h("bdi", { className: "is-spare" }, `to ${baseline.shortLabel}`),
  );
}
