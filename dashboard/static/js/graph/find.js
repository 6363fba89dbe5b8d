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
    on.hits(found && !found.problem ? found.hits.flatMap((hit) => [hit.id, ...hit.scopes]) : null);
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
    const next = optionFrom(event.key, at, hits.length);
    if (next !== null) {
      event.preventDefault();
      setAt(next);
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
        "aria-activedescendant": isOpen && hits[at] ? optionId("graph-hits", at) : undefined,
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
  if (answer.problem) return h("p", { className: "graph-hits graph-quiet" }, answer.problem);
  if (answer.total === 0) return h("p", { className: "graph-hits graph-quiet" }, "No node matches ", h("code", null, query), ".");
  return h(
    "div",
    { className: "graph-hits" },
    h(Options, { id: "graph-hits", label: "Nodes that match", hits: answer.hits, at, choose, last: (hit) => hit.scopes[hit.scopes.length - 1] ?? "" }),
    answer.total > answer.hits.length && h("p", { className: "graph-quiet" }, `The first ${answer.hits.length} of ${formatCount(answer.total)}`),
  );
}

// Nodes to choose among, below a field that has the focus. hits: [{id, name, op}], of a list from its place `start` on;
// at: which of that list is marked; first(hit), last(hit): what stands at the start and the end of its line
export function Options({ id, label, hits, start = 0, at, choose, first = () => null, last }) {
  const list = useRef(null);
  useEffect(() => {
    list.current?.children[at - start]?.scrollIntoView({ block: "nearest" });
  }, [hits[at - start]?.id]);
  return h(
    "ul",
    { id, className: "graph-options", role: "listbox", "aria-label": label, ref: list },
    hits.map((hit, i) =>
      h(
        "li",
        { key: hit.id, id: optionId(id, start + i), role: "option", "aria-selected": start + i === at, title: hit.id, onMouseDown: (event) => event.preventDefault(), onClick: () => choose(hit) },
        h("span", { className: "graph-hit-name" }, first(hit), hit.name),
        h("span", { className: "graph-hit-op" }, hit.op),
        h("span", { className: "graph-hit-path mono" }, last(hit)),
      ),
    ),
  );
}

export const optionId = (list, at) => `${list}-${at}`;

// Where an arrow key leads from an option, round at the ends; null for other keys.
export function optionFrom(key, at, count) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[key];
  return step ? (count + at + step) % Math.max(1, count) : null;
}
