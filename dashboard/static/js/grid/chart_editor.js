// The dialog that builds a chart, or changes one: its title, its tags, and expressions over tags.

import { codeWords } from "../code_words.js";
import { ModalDialog, showOverlay } from "../overlay.js";
import { holding } from "../palette/match.js";
import { Icon, h, useEffect, useLatest, useRef, useState } from "../react.js";
import { isSmall } from "../screen.js";
import { session } from "../session.js";
import { keepChart } from "./charts.js";
import { goToCard, pageHere } from "./go_to_card.js";
import { compareNaturally } from "./groups.js";

const MAX_LISTED = 60;
const MAX_TAGS = 20;

// chart: {id: null for a new one, title: "" for that of its tags, tags}
export function openChartEditor(chart = { id: null, title: "", tags: [] }) {
  showOverlay((close) => h(ChartEditor, { chart, close }));
}

function ChartEditor({ chart, close }) {
  const [title, setTitle] = useState(chart.title);
  const [tags, setTags] = useState(chart.tags);
  const [isTyped, setIsTyped] = useState(false); // whether an expression stands in the field that was not added yet
  const [isFull, setFull] = useState(false); // whether one more tag was asked for than a chart holds
  const [isPending, setPending] = useState(false);
  const takeTyped = useRef(null);
  const isOpen = useRef(true);
  useEffect(() => () => void (isOpen.current = false), []);
  const isNew = chart.id === null;
  const change = (changed) => {
    setFull(changed.length > MAX_TAGS);
    if (changed.length <= MAX_TAGS) setTags(changed);
    return changed.length <= MAX_TAGS;
  };
  // What is asked for after a wait is done with what the dialog holds by then.
  const now = useLatest({
    add: (tag) => change(tags.includes(tag) ? tags : [...tags, tag]),
    save: (typed) => {
      const all = typed === null || tags.includes(typed) ? tags : [...tags, typed];
      if (all.length > MAX_TAGS) return setFull(true);
      const id = keepChart({ id: chart.id, title: title.trim() || defaultTitle(all), tags: all });
      close();
      if (isNew) goToCard(pageHere(), id);
    },
  });
  const keep = async () => {
    if (isPending) return; // the button is not `disabled`, which would take the focus from it
    if (!isTyped) return now.save(null);
    setPending(true);
    const typed = await takeTyped.current();
    if (!isOpen.current) return;
    setPending(false);
    if (typed !== null) now.save(typed); // else the field says what is wrong with it
  };
  const word = isNew ? "New chart" : "Change chart";
  return h(
    ModalDialog,
    { label: word, className: "sheet chart-editor", onClose: close },
    h(
      "header",
      { className: "dialog-head" },
      h("h2", null, word),
      h("span", { className: "grow" }),
      h("button", { type: "button", className: "icon-button", title: "Close (Esc)", "aria-label": "Close", onClick: close }, h(Icon, { name: "x" })),
    ),
    h(
      "div",
      { className: "dialog-body chart-fields" },
      h("label", { className: "field" }, h("input", { value: title, maxLength: 200, placeholder: tags.length > 0 ? defaultTitle(tags) : "Title", "aria-label": "Title", onChange: (event) => setTitle(event.target.value) })),
      h(Chosen, { tags, remove: (tag) => change(tags.filter((one) => one !== tag)) }),
      isFull && h("p", { className: "hint", role: "alert" }, `A chart holds at most ${MAX_TAGS} tags; this would be one more. Remove one.`),
      h(Finder, { tags, add: now.add, takeTyped, setIsTyped }),
    ),
    h(
      "footer",
      { className: "chart-actions" },
      session.sidecar.isReadOnly && h("span", { className: "hint" }, "This board only reads: the chart is kept in this browser."),
      h("span", { className: "grow" }),
      h("button", { type: "button", className: "button", onClick: close }, "Cancel"),
      h("button", { type: "button", className: "button is-primary", disabled: tags.length === 0 && !isTyped, "aria-disabled": isPending || undefined, onClick: keep }, isNew ? "Make chart" : "Save"),
    ),
  );
}

function defaultTitle(tags) {
  return tags.map((tag) => tag.replace(/^=/, "")).join(", ").slice(0, 200);
}

function Chosen({ tags, remove }) {
  if (tags.length === 0) return h("p", { className: "hint" }, "Choose tags below, or type an expression over tags: train/loss - val/loss");
  return h(
    "ul",
    { className: "chart-tags", "aria-label": "Tags of the chart" },
    tags.map((tag) =>
      h(
        "li",
        { key: tag, className: "chip" },
        tag.startsWith("=") ? h("code", null, tag.slice(1)) : tag,
        h("button", { type: "button", title: "Remove", "aria-label": `Remove ${tag}`, onClick: () => remove(tag) }, h(Icon, { name: "x", size: 12 })),
      ),
    ),
  );
}

// Finds a tag, or takes what is typed as an expression. add(tag): → whether there was room; takeTyped: is given a
// function → promise of the tag of that expression, of null if it is wrong or no longer what is typed;
// setIsTyped(whether there is one)
function Finder({ tags, add, takeTyped, setIsTyped }) {
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState(null); // {detail, column, length, suggestion}
  const field = useRef(null);
  useEffect(() => void (isSmall() || field.current.focus()), []); // there the keyboard would cover the dialog
  const known = useTags();
  const fitting = holding(known, typed);
  const free = fitting.filter((tag) => !tags.includes(tag));
  const change = (text) => {
    setTyped(text);
    setProblem(null);
  };
  const take = (tag) => add(tag) && change("");
  const text = typed.trim().replace(/^=\s*/, "");
  const latest = useRef(text);
  latest.current = text;
  const checkTyped = async () => {
    try {
      const tag = await check(text);
      return latest.current === text ? tag : null;
    } catch (error) {
      if (latest.current === text) setProblem({ detail: error.message, ...error.body });
      return null;
    }
  };
  takeTyped.current = checkTyped;
  const isExpression = text !== "" && (typed.trim().startsWith("=") || fitting.length === 0);
  useEffect(() => setIsTyped(isExpression), [isExpression]);
  const takeExpression = () => checkTyped().then((tag) => tag !== null && take(tag));
  const enter = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (free.length > 0 && !typed.startsWith("=")) take(free[0]);
    else if (text) takeExpression();
  };
  return h(
    window.React.Fragment,
    null,
    h(
      "label",
      { className: problem ? "field is-bad" : "field" },
      h(Icon, { name: "search", size: 14 }),
      h("input", { value: typed, maxLength: 500, placeholder: "Find a tag, or type an expression", "aria-label": "Find a tag, or type an expression", spellCheck: false, ref: field, onChange: (event) => change(event.target.value), onKeyDown: enter }),
    ),
    problem && h(Problem, { text, problem, repair: (better) => change(better) }),
    h(
      "div",
      { className: "chart-found", role: "group", "aria-label": "Tags to add" },
      text && !known.includes(text) && h("button", { type: "button", className: "menu-item", onClick: takeExpression }, h(Icon, { name: "plus", size: 14 }), h("span", { className: "menu-label" }, "Add the expression ", h("code", null, text))),
      free.slice(0, MAX_LISTED).map((tag) => h("button", { key: tag, type: "button", className: "menu-item", onClick: () => take(tag) }, h(Icon, { name: "plus", size: 14 }), h("bdi", { className: "menu-label" }, tag))),
      free.length > MAX_LISTED && h("p", { className: "menu-heading" }, `${free.length - MAX_LISTED} more: type to find them.`),
    ),
  );
}

// The expression with what is wrong marked in it, why, and what was probably meant.
function Problem({ text, problem, repair }) {
  const { detail, column = text.length, length = 1, suggestion } = problem;
  const better = suggestion ? text.slice(0, column) + suggestion + text.slice(column + length) : null;
  return h(
    "div",
    { className: "chart-problem", role: "alert" },
    h("code", null, text.slice(0, column), h("mark", null, text.slice(column, column + Math.max(1, length)) || " "), text.slice(column + Math.max(1, length))),
    h("span", null, codeWords(detail)),
    better && h("button", { type: "button", className: "link", onClick: () => repair(better) }, `Use ${suggestion}`),
  );
}

// → promise of the tag that an expression is, as the server writes it; rejects with what is wrong
async function check(text) {
  const { key: selection } = await session.selectionKey();
  const { expression } = await session.postJSON("data/expressions/check", { text, selection });
  return `=${expression}`;
}

function useTags() {
  const [tags, setTags] = useState([]);
  useEffect(() => {
    session.tags("scalars").then((found) => setTags([...found.keys()].sort(compareNaturally)), (error) => session.emit("error", error));
  }, []);
  return tags;
}
