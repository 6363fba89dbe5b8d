// The field of the query over runs: coloured as it is typed, with completion, and with what is wrong told below it.

import { Icon, h, useEffect, useLayoutEffect, useRef, useState } from "../react.js";
import { session } from "../session.js";
import { useViewKey } from "../use_view.js";
import { useCompletion } from "./completion.js";
import { CompletionList, optionId } from "./completion_list.js";
import { found } from "./found.js";
import { splitQuery } from "./query_syntax.js";

const MAX_LENGTH = 500; // what a link takes
const PATIENCE_MS = 400; // half a query is no mistake

export function QueryField() {
  const text = useViewKey("runs");
  const field = useRef(null);
  const overlay = useRef(null);
  const caret = useRef(null); // where it goes once the field has its new value
  const problem = useProblem(text);
  const completion = useCompletion(field);
  const change = (value, isContinuous) => session.view.set({ runs: value }, { label: "run filter", isContinuous });
  const put = (value, cursor) => {
    caret.current = { value, cursor };
    change(value, false);
    field.current.focus();
  };
  const accept = (index) => {
    const { value, cursor } = completion.apply(index);
    put(value, cursor);
    completion.ask(value, cursor);
  };
  const type = ({ target }) => {
    change(target.value, true);
    completion.ask(target.value, target.selectionStart);
  };
  const follow = () => {
    overlay.current.scrollLeft = field.current.scrollLeft;
  };
  useLayoutEffect(() => {
    if (caret.current?.value === text) field.current.setSelectionRange(caret.current.cursor, caret.current.cursor);
    caret.current = null;
  }, [text]);
  useEffect(follow, [text]);
  const { isOpen, candidates, index } = completion;
  return h(
    "div",
    { className: "run-filter" },
    h(
      "label",
      { className: `field query-field${problem ? " is-bad" : ""}`, title: "Filter runs (F)" },
      h(Icon, { name: "filter", size: 14 }),
      h(
        "span",
        { className: "query-box" },
        h(Overlay, { overlay, text, problem }),
        h("input", {
          ref: field,
          value: text,
          placeholder: "Filter: name, /regex/ or lr < 1e-3",
          role: "combobox",
          "aria-label": "Filter runs",
          "aria-autocomplete": "list",
          "aria-expanded": isOpen,
          "aria-controls": isOpen ? "query-candidates" : undefined,
          "aria-activedescendant": isOpen && index >= 0 ? optionId(index) : undefined,
          "aria-invalid": problem ? true : undefined,
          "aria-describedby": problem ? "query-problem" : undefined,
          maxLength: MAX_LENGTH,
          spellCheck: false,
          autoComplete: "off",
          autoCapitalize: "off",
          onChange: type,
          onScroll: follow,
          onBlur: completion.close,
          onClick: completion.close,
          onKeyDown: (event) => press(event, { field, completion, accept }),
        }),
      ),
      text && h("button", { type: "button", title: "Clear filter", "aria-label": "Clear filter", onClick: () => put("", 0) }, h(Icon, { name: "x", size: 14 })),
    ),
    isOpen && h(CompletionList, { candidates, index, accept }),
    problem && h(Problem, { problem, correct: () => correct(problem, put) }),
  );
}

// What is wrong, once the person paused; it goes as soon as the text is another.
function useProblem(text) {
  const [, redraw] = useState(0);
  const [shown, setShown] = useState(null);
  useEffect(() => found.on("change", () => redraw((count) => count + 1)), []);
  const problem = found.problem?.text === text.trim() ? found.problem : null;
  useEffect(() => {
    if (!problem) {
      setShown(null);
      return undefined;
    }
    const timer = setTimeout(() => setShown(problem), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [problem]);
  return problem && shown === problem ? problem : null;
}

// Arrows go through the list, Tab and Enter take from it, Esc closes it and then leaves the field.
function press(event, { field, completion, accept }) {
  const { isOpen, index, candidates } = completion;
  const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (move && isOpen) {
    event.preventDefault();
    completion.choose((index + move + candidates.length) % candidates.length);
  } else if (event.key === "ArrowDown") {
    event.preventDefault();
    completion.ask(field.current.value, field.current.selectionStart);
  } else if (event.key === "Escape") {
    event.stopPropagation(); // and closes nothing behind it
    if (isOpen) completion.close();
    else field.current.blur();
  } else if (isOpen && (event.key === "Tab" || event.key === "Enter") && !event.shiftKey) take(event, { completion, accept });
}

// Tab takes the first one if something was typed of it; else it leaves the field, as everywhere.
function take(event, { completion, accept }) {
  const { index, length } = completion;
  const taken = index < 0 && event.key === "Tab" && length > 0 ? 0 : index;
  if (taken < 0) return completion.close();
  event.preventDefault();
  return accept(taken);
}

// The same text in colours behind the field, whose own text is transparent.
function Overlay({ overlay, text, problem }) {
  const lead = text.length - text.trimStart().length;
  const [from, to] = problem ? [lead + problem.column, lead + problem.column + Math.max(1, problem.length)] : [0, 0];
  let at = 0;
  const pieces = splitQuery(text).flatMap(({ kind, text: piece }) => {
    const start = at;
    at += piece.length;
    return cut(piece, start, from, to).map(([part, isWrong], i) => h("span", { key: `${start} ${i}`, className: `syn-${kind}${isWrong ? " is-wrong" : ""}` }, part));
  });
  return h("span", { className: "query-overlay mono", ref: overlay, "aria-hidden": true }, pieces, problem && to > text.length && h("span", { className: "is-wrong" }, " "));
}

// A piece where the wrong characters begin and end. → [[part, whether it is wrong]]
function cut(piece, start, from, to) {
  const [a, b] = [from, to].map((place) => Math.min(piece.length, Math.max(0, place - start)));
  return [[piece.slice(0, a), false], [piece.slice(a, b), true], [piece.slice(b), false]].filter(([part]) => part);
}

// "`val/los` is no metric. Did you mean `val/loss`?", where the last can be pressed.
function Problem({ problem, correct }) {
  const { detail, suggestion } = problem;
  const parts = detail.split(/(`[^`]+`)/).filter(Boolean);
  const offered = suggestion ? parts.lastIndexOf(`\`${suggestion}\``) : -1;
  return h(
    "p",
    { className: "hint query-problem", id: "query-problem", role: "status" },
    parts.map((part, i) => {
      if (!part.startsWith("`")) return part;
      const code = h("code", { key: i }, part.slice(1, -1));
      return i === offered ? h("button", { key: i, type: "button", className: "link", title: "Put it there", onClick: correct }, code) : code;
    }),
  );
}

function correct({ text, column, length, suggestion }, put) {
  put(text.slice(0, column) + suggestion + text.slice(column + length), column + suggestion.length);
}
