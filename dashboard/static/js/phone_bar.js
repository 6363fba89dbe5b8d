// Below 640 px: the bar under the top bar that opens the runs and the page's chart settings as drawers.

import { formatCount } from "./format.js";
import { Icon, h, useRef, useSession, useState } from "./react.js";
import { session } from "./session.js";
import { openSheet } from "./sheet.js";

const MAX_SWATCHES = 6;

export function PhoneBar() {
  useSession(session, ["runs", "selection", "theme", "style"]);
  const shown = session.selectedRuns.slice(0, MAX_SWATCHES);
  return h(
    "div",
    { className: "phone-bar" },
    h(
      SheetButton,
      { className: "button runs-button", selector: ".runs-slot", title: "Runs" },
      h(Icon, { name: "list-details" }),
      h("span", null, countRuns()),
      h("span", { className: "grow" }),
      shown.map((run) => h("span", { key: run.name, className: "swatch", style: { background: run.color } })),
    ),
    h(SheetButton, { className: "button chart-settings", selector: ".page .toolbar", title: "Chart settings", label: "Chart settings" }, h(Icon, { name: "adjustments-horizontal" })),
  );
}

function countRuns() {
  const [numSelected, total] = [session.selected.size, session.runsInSight.length];
  return total === 0 ? "Runs" : `${formatCount(numSelected)} of ${formatCount(total)} run${total === 1 ? "" : "s"}`;
}

function SheetButton({ selector, title, label, className, children }) {
  const [close, setClose] = useState(null);
  const toggle = ({ currentTarget }) => {
    if (close) return close();
    const element = document.querySelector(selector);
    if (!element) return undefined;
    const opened = openSheet({ element, title, opener: currentTarget, onClose: () => setClose(null) });
    return setClose(() => opened);
  };
  return h("button", { type: "button", className, title, "aria-label": label, "aria-haspopup": "dialog", "aria-expanded": close !== null, onClick: toggle }, children);
}
