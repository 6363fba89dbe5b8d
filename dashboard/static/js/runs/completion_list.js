// The list below the query: what may be written, what it is, and what values it has.

import { formatCount } from "../format.js";
import { h, useEffect, useRef } from "../react.js";

const WORDS = { fact: "run", hparam: "hparam", environment: "env", metric: "metric", value: "value", operator: "", keyword: "" };

export function optionId(index) {
  return `query-candidate-${index}`;
}

export function CompletionList({ candidates, index, accept }) {
  const list = useRef(null);
  useEffect(() => {
    list.current.children[index]?.scrollIntoView({ block: "nearest" });
  }, [index]);
  return h(
    "ul",
    { className: "candidates", id: "query-candidates", role: "listbox", "aria-label": "Completions", ref: list, tabIndex: -1 },
    candidates.map((one, i) =>
      h(
        "li",
        {
          key: one.text,
          id: optionId(i),
          role: "option",
          "aria-selected": i === index,
          onPointerDown: (event) => {
            event.preventDefault(); // the field keeps the focus
            accept(i);
          },
        },
        h("code", null, one.text),
        h("span", { className: "candidate-values" }, one.examples.join(", ")),
        h("span", { className: "candidate-kind" }, one.kind === "value" ? `${formatCount(one.num_runs)} run${one.num_runs === 1 ? "" : "s"}` : WORDS[one.kind]),
      ),
    ),
  );
}
