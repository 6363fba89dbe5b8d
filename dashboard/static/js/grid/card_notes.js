// What the foot of a card says beside what its kind says: what is missing in the picture, and where to look.

import { countOf, formatCount } from "../format.js";
import { openHealth } from "../health_panel.js";
import { Icon, h } from "../react.js";
import { session } from "../session.js";
import { drawAll, runsLeftOut } from "./draw_all.js";

// trouble: why the data are not of now; null if they are.
export function CardNotes({ runs, selected, trouble, readAgain }) {
  const spoiled = selected.spoiled.filter((run) => runs.has(run.name) || run.kinds.length === 0);
  return h(
    window.React.Fragment,
    null,
    trouble && trouble.status !== undefined && h("button", { type: "button", className: "card-note is-warn", title: `${trouble.message}\nClick to try again`, onClick: readAgain }, h(Icon, { name: "alert-triangle", size: 12 }), h("span", { className: "card-foot-more" }, "not up to date")),
    spoiled.length > 0 &&
      h(
        "button",
        { type: "button", className: "card-note is-warn", title: titleOf(spoiled), onClick: () => openHealth(spoiled.length === 1 ? spoiled[0].name : null) },
        h(Icon, { name: "alert-triangle", size: 12 }),
        formatCount(spoiled.length),
        h("span", { className: "card-foot-rest" }, ` of ${countOf(selected.numRuns, "run")}`),
        h("span", { className: "card-foot-more" }, spoiled.some(isReadInPart) ? " damaged" : " unreadable"),
      ),
    selected.isCapped && h("span", null, `${formatCount(selected.numRuns)} of ${formatCount(session.runs.length)} runs`),
    selected.isCapped && h("button", { type: "button", className: "card-note is-draw-all", title: "Select every run", onClick: () => drawAll(session) }, "Draw all"),
  );
}

function titleOf(spoiled) {
  const [first] = spoiled;
  const what = spoiled.length > 1 ? `Files of ${formatCount(spoiled.length)} runs are damaged, or no event files` : `A file of ${first.name} is damaged, or no event file`;
  return `${what}. What could be read is shown.\nClick to open Doctor, which says what is wrong with each file.`;
}

const isReadInPart = (run) => run.kinds.length > 0;

// What the cards need to know of the selection, once for all of them.
export function describeSelection() {
  const { selected, selectedRuns } = session;
  return {
    numRuns: selected.size,
    spoiled: selectedRuns.filter((run) => run.num_problems > 0),
    isCapped: runsLeftOut(session).length > 0,
  };
}
