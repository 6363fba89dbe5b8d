// The run panel: filter, select, focus. Rows have one height, so only those in sight are in the document.

import { formatCount, formatDuration } from "./format.js";
import { openHealth } from "./health_panel.js";
import { addKey } from "./keys.js";
import { Icon, h, useEffect, useMemo, useReducer, useRef, useSession, useState } from "./react.js";
import { ColorLegend } from "./runs/color_legend.js";
import { GroupMenu } from "./runs/group_menu.js";
import { RunState } from "./run_state.js";
import { openDetails, toggleDetails } from "./runs/details.js";
import { Swatch } from "./runs/swatch.js";
import { session } from "./session.js";
import { tokenPx } from "./tokens.js";
import { useViewKey } from "./use_view.js";

const SPARE_ROWS = 8;
const AGES_MS = 5_000;
const MAX_REMARKS = 3;
const FIGURE_SPACE = "\u2007"; // as wide as a digit, so that an age begins at one place as it grows
const PORTABLE =
  "Event files are read by the portable scanner. The compiled one, which is far faster, is built where the package is installed with a C compiler.";

// Answered by the list while it has the focus; here only told.
addKey({ keys: ["ArrowUp", "ArrowDown", "Home", "End"], label: "Go through the runs", group: "Runs" });
addKey({ keys: ["Space"], label: "Select the run, or take it off", group: "Runs" });
addKey({ keys: ["Enter"], label: "Details of the run", group: "Runs" });
addKey({ keys: ["Alt+Space"], label: "Select only this run", group: "Runs" });

export default function RunList() {
  useSession(session, ["runs", "selection", "theme", "news", "focus", "preference", "style"]);
  const filter = useViewKey("runs");
  const setFilter = (value) => session.view.set({ runs: value }, { label: "run filter", isContinuous: true });
  const [, tick] = useReducer((count) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(tick, AGES_MS);
    return () => clearInterval(timer);
  }, []);
  const { matches, problem } = useMemo(() => matcher(filter), [filter]);
  const runs = session.runsInSight.filter((run) => matches(run.name) || matches(run.label));
  return h(
    "aside",
    { className: "runs", id: "run-panel", "aria-label": "Runs" },
    h(Filter, { filter, setFilter, problem }),
    session.isLoaded && session.runs.length === 0 ? h(NoRuns) : h(Rows, { runs, filter, clear: () => setFilter("") }),
    h(Remarks),
  );
}

// What is wrong with the logdir or its index as a whole; what is wrong with a run stands in its row.
function Remarks() {
  const problems = session.logdir?.problems ?? [];
  const sentences = [...session.remarks, ...problems.map((problem) => `Could not look into ${problem}`)];
  if (!session.isCompiled) sentences.push(PORTABLE);
  if (sentences.length === 0) return null;
  return h(
    "div",
    { className: "remarks", role: "note", title: sentences.join("\n") },
    sentences.slice(0, MAX_REMARKS).map((sentence) => h("p", { key: sentence }, h(Icon, { name: "alert-triangle", size: 14 }), h("span", null, sentence))),
    h(
      "div",
      null,
      sentences.length > MAX_REMARKS && `${formatCount(sentences.length - MAX_REMARKS)} more. `,
      h("button", { type: "button", className: "link", title: "Every file and what is wrong with it", onClick: () => openHealth() }, "Open Doctor"),
    ),
  );
}

function matcher(filter) {
  try {
    const pattern = new RegExp(filter, "i");
    return { matches: (name) => pattern.test(name), problem: null };
  } catch {
    const word = filter.toLowerCase();
    return { matches: (name) => name.toLowerCase().includes(word), problem: "Not a regular expression; searched as plain text." };
  }
}

function Filter({ filter, setFilter, problem }) {
  return h(
    "div",
    { className: "run-filter" },
    h(
      "label",
      { className: problem ? "field is-bad" : "field" },
      h(Icon, { name: "filter", size: 14 }),
      h("input", {
        value: filter,
        placeholder: "Filter runs by regex",
        "aria-label": "Filter runs by regex",
        spellCheck: false,
        onChange: (event) => setFilter(event.target.value),
      }),
      filter && h("button", { type: "button", "aria-label": "Clear filter", onClick: () => setFilter("") }, h(Icon, { name: "x", size: 14 })),
    ),
    problem && h("p", { className: "hint" }, problem),
  );
}

function NoRuns() {
  return h(
    "div",
    { className: "no-runs" },
    h("strong", null, "No runs yet"),
    h("p", null, "Each folder with an event file becomes a run. Runs appear as soon as they are written."),
  );
}

function Rows({ runs, filter, clear }) {
  const scroller = useRef(null);
  const [active, setActive] = useState(0);
  const [view, setView] = useState({ top: 0, height: 800 });
  useEffect(() => {
    const element = scroller.current;
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, []);
  const rowPx = tokenPx("--h-row");
  const first = Math.max(0, Math.floor(view.top / rowPx) - SPARE_ROWS);
  const last = Math.min(runs.length, Math.ceil((view.top + view.height) / rowPx) + SPARE_ROWS);
  return h(
    "div",
    { className: "run-table" },
    h(Head, { runs }),
    h(ColorLegend),
    h(
      "div",
      {
        className: "run-rows",
        ref: scroller,
        role: runs.length > 0 ? "grid" : undefined, // options of a listbox would hide the buttons in them
        "aria-label": runs.length > 0 ? "Runs" : undefined,
        "aria-multiselectable": runs.length > 0 || undefined,
        "aria-rowcount": runs.length || undefined,
        "aria-activedescendant": runs[active] && rowId(runs[active]),
        tabIndex: 0,
        onKeyDown: (event) => press(event, { runs, active, setActive, scroller: scroller.current }),
        onFocus: () => runs[active] && session.setFocus(runs[active].name),
        onBlur: () => session.setFocus(null),
      },
      h(
        "div",
        { style: { height: runs.length * rowPx, position: "relative" }, role: runs.length > 0 ? "rowgroup" : undefined },
        runs.slice(first, last).map((run, i) => h(Row, { key: run.name, run, runs, index: first + i, top: (first + i) * rowPx })),
      ),
      !session.isLoaded && h(RowSkeletons),
      session.isLoaded && runs.length === 0 && filter && h("p", { className: "no-match" }, "No run matches ", h("code", null, filter), ". ", h("button", { type: "button", className: "link", onClick: clear }, "Clear filter")),
    ),
  );
}

// Before the first list of runs is there.
function RowSkeletons() {
  return h("div", { "aria-hidden": true }, Array.from({ length: 20 }, (_, i) => h("div", { key: i, className: "run-skeleton" }, h("span", { className: "bone" }), h("span", { className: "bone is-name" }), h("span", { className: "bone is-age" }))));
}

function rowId(run) {
  return `run-${run.name}`;
}

// The list is one Tab stop: arrows move, Space toggles, Enter opens the details.
function press(event, { runs, active, setActive, scroller }) {
  if (event.target.closest(".popover")) return; // what floats over the list has keys of its own
  const moves = { ArrowDown: active + 1, ArrowUp: active - 1, Home: 0, End: runs.length - 1, PageDown: active + 10, PageUp: active - 10 };
  if (event.key === " ") {
    event.preventDefault();
    if (runs[active]) pick(event, runs[active], runs);
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (runs[active]) openDetails(runs[active].name);
  } else if (event.key in moves) {
    event.preventDefault();
    const next = Math.max(0, Math.min(runs.length - 1, moves[event.key]));
    setActive(next);
    session.setFocus(runs[next]?.name ?? null);
    const rowPx = tokenPx("--h-row");
    const top = next * rowPx;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + rowPx > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = top + rowPx - scroller.clientHeight;
  }
}

function Head({ runs }) {
  const numSelected = runs.filter((run) => session.selected.has(run.name)).length;
  const total = session.runs.length;
  const state = numSelected === 0 ? "none" : numSelected === runs.length ? "all" : "some";
  return h(
    "div",
    { className: "run-head" },
    h(Box, {
      state,
      label: "Select all runs of the list",
      onClick: () => session.select((selection) => setAll(selection, runs, state !== "all")),
    }),
    h("strong", null, total ? `${formatCount(numSelected)} of ${formatCount(total)} run${total === 1 ? "" : "s"}` : "Reading…"),
    h("span", { className: "grow" }),
    runs[0]?.prefix && h("span", { className: "prefix mono", title: "Folder shared by all runs" }, runs[0].prefix),
    h(GroupMenu),
  );
}

// All runs of the logdir are a rule; those of a filter are its exceptions.
function setAll(selection, runs, isSelected) {
  if (runs.length < session.runsInSight.length) return selection.setMany(runs.map((run) => run.name), isSelected);
  if (isSelected && runs.length <= 300) return selection.all();
  return isSelected ? selection.setMany(runs.map((run) => run.name), true) : selection.none();
}

function Row({ run, runs, index, top }) {
  const isSelected = session.selected.has(run.name);
  const isLit = session.focusedRun === run.name;
  return h(
    "div",
    {
      className: `run-row${isSelected ? " is-selected" : ""}${isLit ? " is-lit" : ""}`,
      style: { top },
      id: rowId(run),
      role: "row",
      "aria-selected": isSelected,
      "aria-rowindex": index + 1,
      "data-run": run.name,
      onMouseEnter: () => session.setFocus(run.name),
      onMouseLeave: () => session.setFocus(null),
    },
    h(
      "div",
      { role: "gridcell", className: "run-cell" },
      h(Box, { state: isSelected ? "all" : "none", label: `Select ${run.name}`, tabIndex: -1, onClick: (event) => pick(event, run, runs) }),
      h(Swatch, { run, isShown: isSelected, tabIndex: -1 }),
      h("button", { type: "button", className: "run-name", tabIndex: -1, title: `${run.name}\nClick for its details, Alt-click for only this run`, onClick: (event) => (event.altKey || event.shiftKey ? pick(event, run, runs) : toggleDetails(run.name)) }, middle(run.label)),
      run.problems.length > 0 &&
        h(
          "button",
          { type: "button", className: "run-problem", tabIndex: -1, title: `${run.problems.join("\n")}\nClick to see its files`, "aria-label": `Health of ${run.name}`, onClick: () => openHealth(run.name) },
          h(Icon, { name: "alert-triangle", size: 14 }),
        ),
      h(RunState, { run }),
      h(Age, { run }),
    ),
  );
}

// Click toggles, Shift-click sets a range like the row clicked before, Alt-click leaves only this run.
let anchor = null;
function pick(event, run, runs) {
  session.select((selection) => {
    if (event.altKey) return selection.only(run.name);
    const from = runs.findIndex((one) => one.name === anchor);
    const to = runs.findIndex((one) => one.name === run.name);
    const isSelected = !session.selected.has(run.name);
    if (!event.shiftKey || from < 0) return selection.toggle(run.name);
    const range = runs.slice(Math.min(from, to), Math.max(from, to) + 1);
    selection.setMany(range.map((one) => one.name), isSelected);
  });
  anchor = run.name;
}

// Long names lose their middle, never their end.
function middle(name) {
  const tail = name.slice(-14);
  if (name.length <= 28) return h("span", { className: "name-whole" }, name);
  return h(window.React.Fragment, null, h("span", { className: "name-front" }, name.slice(0, -14)), h("span", { className: "name-tail" }, tail));
}

function Age({ run }) {
  if (run.last_wall_time === null) return h("span", { className: "age" }, "–");
  const age = session.live.now - run.last_wall_time;
  const date = new Date(run.last_wall_time * 1000);
  const exact = Number.isNaN(date.getTime()) ? "beyond all calendars" : date.toISOString();
  const ahead = age < -1 ? `, ${formatDuration(-age, 1)} ahead of the server's clock` : "";
  const [amount, unit] = formatDuration(age, 1).split(" ");
  return h("span", { className: "age", title: `last point ${exact}${ahead}` }, amount.padStart(2, FIGURE_SPACE), " ", h("span", { className: "age-unit" }, unit));
}

function Box({ state, label, onClick, tabIndex = 0 }) {
  return h(
    "button",
    {
      type: "button",
      className: `box is-${state}`,
      role: "checkbox",
      "aria-checked": state === "some" ? "mixed" : state === "all",
      "aria-label": label,
      tabIndex,
      onClick,
    },
    state !== "none" && h(Icon, { name: state === "some" ? "minus" : "check", size: 12 }),
  );
}
