// Hyperparameters of the run: those in which the selected runs differ, beside the baseline's, and all others.

import { formatHparam } from "../format.js";
import { h, useState } from "../react.js";
import { session } from "../session.js";
import { Section } from "./section.js";
import { useAnswer } from "./use_answer.js";
import { clip } from "./words.js";

const MAX_ROWS = 500;
const MAX_VALUE = 200;

export function Hparams({ run, facts }) {
  const differing = session.differing.map((name) => name.replace(/^hparams\./, ""));
  const [isWhole, setWhole] = useState(false);
  const baseline = session.sidecar.baseline;
  const isCompared = baseline !== "" && baseline !== run.name && session.runNamed(baseline) !== undefined;
  const other = useAnswer(isCompared ? "data/facts" : null, { run: baseline }, session.runNamed(baseline)?.version).answer?.hparams ?? null;
  const hparams = facts?.hparams ?? {};
  const names = Object.keys(hparams);
  if (names.length === 0) return null;
  const first = differing.filter((name) => Object.hasOwn(hparams, name));
  const rest = names.filter((name) => !first.includes(name));
  const isAll = first.length === 0;
  const shown = (isAll || isWhole ? [...first, ...rest] : first).slice(0, MAX_ROWS);
  return h(
    Section,
    isAll ? { title: "Hparams", detail: String(names.length) } : { title: "Hparams that differ", detail: `${first.length} of ${names.length}` },
    h(
      "table",
      { className: "details-table" },
      other && h("thead", null, h("tr", null, h("th", { scope: "col" }, h("span", { className: "visually-hidden" }, "Name")), h("th", { scope: "col" }, "this run"), h("th", { scope: "col" }, "baseline"))),
      h("tbody", null, shown.map((name) => h(Row, { key: name, name, value: hparams[name], other: other && other[name], hasOther: other !== null }))),
    ),
    !isAll && rest.length > 0 && h("button", { type: "button", className: "link", "aria-expanded": isWhole, onClick: () => setWhole(!isWhole) }, isWhole ? `Hide ${rest.length} equal` : `Show ${rest.length} equal`),
    names.length > MAX_ROWS && (isAll || isWhole) && h("p", { className: "details-plain" }, `${names.length - MAX_ROWS} more`),
  );
}

function Row({ name, value, other, hasOther }) {
  const text = formatHparam(value);
  return h(
    "tr",
    null,
    h("th", { scope: "row", title: clip(name) }, h("bdi", null, clip(name, MAX_VALUE))),
    h("td", { title: clip(String(value)) }, h("bdi", null, clip(text, MAX_VALUE))),
    hasOther && h("td", { className: "is-other", title: clip(String(other ?? "")) }, h("bdi", null, clip(other === undefined ? "–" : formatHparam(other), MAX_VALUE))),
  );
}
