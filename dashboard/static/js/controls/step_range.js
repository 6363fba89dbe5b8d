// The steps that were selected on a chart of scalars, which this page is limited to; there while some are.

import { sayBounds } from "../plot/range_rows.js";
import { Icon, h } from "../react.js";
import { session } from "../session.js";
import { stepSpan } from "../step_span.js";
import { useViewKey } from "../use_view.js";

export default function StepRange() {
  useViewKey("span");
  const span = stepSpan(session);
  if (!span) return null;
  const clear = () => session.view.set({ span: null }, { label: "range" });
  const words = sayBounds(span);
  return h(
    "button",
    { type: "button", className: "chip", onClick: clear, "aria-label": `Show all steps, not only ${words}`, title: `Only ${words} are shown, as selected on the Scalars page. Click to show all.` },
    words,
    h(Icon, { name: "x", size: 14 }),
  );
}
