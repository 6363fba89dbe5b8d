// Find node: a field with the hits below it; arrow keys and Enter choose one.

import { formatCount } from "../format.js";
import { Icon, h, useEffect, useRef, useState } from "../react.js";

const WAIT_MS = 120;

// ask(query, signal) -> {total, hits}; on: {choose(hit), hits(ids or null)}
export function Find({ ask, on, field }) {
  const [query, setQuery] = useState("");
  const [answer, setAnswer] = useState(null);
  const [at, setAt] = useState(0);
  const [isOpen, setOpen] = useState(false);
  useHits(ask, query, (found) => {
    setAnswer(found);
    setAt(0);
    on.hits(found && !found.problem ? found.hits.map((hit) => hit.id) : null);
  });
  const choose = (hit) => {
    setOpen(false);
    on.hits(null);
    on.choose(hit);
  };
  const close = () => {
    setQuery("");
    setOpen(false);
    field.current.blur();
  };
  const hits = answer?.hits ?? [];
  const onKeyDown = (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      event.preventDefault();
      setAt((hits.length + at + steps[event.key]) % Math.max(1, hits.length));
    } else if (event.key === "Enter" && hits[at]) choose(hits[at]);
    else if (event.key === "Escape") close();
    event.stopPropagation();
  };
  return h(
    "div",
    { className: "graph-find", onBlur: (event) => event.currentTarget.contains(event.relatedTarget) || setOpen(false) },
    h(
      "label",
      { className: "field" },
      h(Icon, { name: "search", size: 14 }),
      h("input", {
        ref: field,
        value: query,
        placeholder: "Find node",
        title: "Find a node by its path or op; /…/ is a regular expression",
        "aria-label": "Find node",
        role: "combobox",
        "aria-expanded": isOpen,
        "aria-controls": "graph-hits",
        spellCheck: false,
        onFocus: () => setOpen(true),
        onChange: (event) => {
          setQuery(event.target.value);
          setOpen(true);
        },
        onKeyDown,
      }),
      query ? h("button", { type: "button", "aria-label": "Clear search", onClick: close }, h(Icon, { name: "x", size: 14 })) : h("kbd", null, "/"),
    ),
    isOpen && query && answer && h(Hits, { answer, query, at, choose }),
  );
}

function useHits(ask, query, receive) {
  const receiver = useRef(receive);
  receiver.current = receive;
  useEffect(() => {
    if (!query.trim()) {
      receiver.current(null);
      return undefined;
    }
    const request = new AbortController();
    const timer = setTimeout(async () => {
      try {
        receiver.current(await ask(query, request.signal));
      } catch (error) {
        if (error.name !== "AbortError") receiver.current({ total: 0, hits: [], problem: error.message });
      }
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      request.abort();
    };
  }, [ask, query]);
}

function Hits({ answer, query, at, choose }) {
  const list = useRef(null);
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);
  if (answer.problem) return h("p", { className: "graph-hits graph-quiet" }, answer.problem);
  if (answer.total === 0) return h("p", { className: "graph-hits graph-quiet" }, "No node matches ", h("code", null, query), ".");
  return h(
    "div",
    { className: "graph-hits" },
    h(
      "ul",
      { id: "graph-hits", role: "listbox", ref: list },
      answer.hits.map((hit, i) =>
        h(
          "li",
          { key: hit.id, role: "option", "aria-selected": i === at, title: hit.id, onMouseDown: (event) => event.preventDefault(), onClick: () => choose(hit) },
          h("span", { className: "graph-hit-name" }, hit.name),
          h("span", { className: "graph-hit-op" }, hit.op),
          h("span", { className: "graph-hit-path mono" }, hit.scopes[hit.scopes.length - 1] ?? ""),
        ),
      ),
    ),
    answer.total > answer.hits.length && h("p", { className: "graph-quiet" }, `The first ${answer.hits.length} of ${formatCount(answer.total)}`),
  );
}
