// What is wrong with the logdir or its index as a whole; what is wrong with a run stands in its row.

import { formatCount } from "../format.js";
import { openHealth } from "../health_panel.js";
import { Icon, h } from "../react.js";
import { session } from "../session.js";

const MAX_SHOWN = 3;
const PORTABLE =
  "Event files are read by the portable scanner. The compiled one, which is far faster, is built where the package is installed with a C compiler.";

export function Remarks() {
  const problems = session.logdir?.problems ?? [];
  const sentences = [...session.remarks, ...problems.map((problem) => `Could not look into ${problem}`)];
  if (!session.isCompiled) sentences.push(PORTABLE);
  if (sentences.length === 0) return null;
  return h(
    "div",
    { className: "remarks", role: "note", title: sentences.join("\n") },
    sentences.slice(0, MAX_SHOWN).map((sentence) => h("p", { key: sentence }, h(Icon, { name: "alert-triangle", size: 14 }), h("span", null, sentence))),
    h(
      "div",
      null,
      sentences.length > MAX_SHOWN && `${formatCount(sentences.length - MAX_SHOWN)} more. `,
      h("button", { type: "button", className: "link", title: "Every file and what is wrong with it", onClick: () => openHealth() }, "Open Doctor"),
    ),
  );
}
