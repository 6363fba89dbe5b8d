// The panel of the logdir's health, as health_panel.js opens it.

import { CopyButton } from "../copy_button.js";
import { capitalize, countOf, formatCount } from "../format.js";
import { FileList } from "./file_list.js";
import { HealthList } from "./health_list.js";
import { Notes } from "./notes.js";
import { Why } from "./why.js";
import { Drawer } from "../overlay.js";
import { Icon, h, useEffect, useReducer, useState } from "../react.js";
import { session } from "../session.js";

const TYPING_MS = 150;

export function HealthPanel({ run, close }) {
  return h(Drawer, { label: "Health", title: h(Title), onClose: close, className: "health" }, h(Health, { run }));
}

function Health({ run: asked }) {
  const [run, setRun] = useState(asked);
  const [hasProblemsOnly, setProblemsOnly] = useState(false);
  const [typed, setTyped] = useState("");
  const q = useLater(typed);
  const list = useHealth({ run, problems: hasProblemsOnly || undefined, q: q || undefined });
  const { head } = list;
  return h(
    window.React.Fragment,
    null,
    h(Summary, { head, error: list.error }),
    h(Controls, { run, setRun, typed, setTyped, hasProblemsOnly, setProblemsOnly, list }),
    head?.run && h("p", { className: "health-run" }, head.run.state && `${capitalize(head.run.state)}. `, head.run.sentence),
    head && h(FileList, { list, empty: sayNoFile(head, { run, q, hasProblemsOnly }) }),
    h("div", { className: "health-notes" }, head && h(Notes, { head }), h(Why)),
  );
}

function Title() {
  return h(window.React.Fragment, null, "Doctor: health of ", h("code", null, session.logdir?.label ?? "the logdir"));
}

function Summary({ head, error }) {
  if (error && !head) return h("p", { className: "health-summary is-bad", role: "alert" }, h(Icon, { name: "alert-triangle", size: 14 }), error.message);
  if (!head) return h("p", { className: "health-summary", "aria-busy": true }, "Reading…");
  const { num_runs, num_files, num_with_problems } = head.totals;
  const said = num_with_problems ? `${formatCount(num_with_problems)} with problems` : num_files ? "no problems" : "nothing read";
  return h(
    "p",
    { className: num_with_problems ? "health-summary has-problems" : "health-summary", role: "status" },
    h(Icon, { name: num_with_problems ? "alert-triangle" : num_files ? "check" : "info-circle", size: 14 }),
    `${countOf(num_runs, "run")} · ${countOf(num_files, "file")} · ${said}${head.is_reading ? " · still reading" : ""}`,
  );
}

function Controls({ run, setRun, typed, setTyped, hasProblemsOnly, setProblemsOnly, list }) {
  return h(
    "div",
    { className: "health-controls" },
    h(
      "label",
      { className: "field" },
      h(Icon, { name: "search", size: 14 }),
      h("input", { value: typed, placeholder: "Find a run or file", "aria-label": "Find a run or file", spellCheck: false, onChange: (event) => setTyped(event.target.value) }),
    ),
    run !== null &&
      h("button", { type: "button", className: "health-chip", title: "Show all runs", "aria-label": `Only run ${run}; show all runs`, onClick: () => setRun(null) }, h("span", null, run), h(Icon, { name: "x", size: 12 })),
    h(
      "label",
      { className: "health-switch" },
      h("input", { type: "checkbox", role: "switch", checked: hasProblemsOnly, onChange: (event) => setProblemsOnly(event.target.checked) }),
      "Only problems",
    ),
    h(CopyButton, { className: "button", hasIcon: true, text: () => list.getText() }),
  );
}

function sayNoFile(head, { run, q, hasProblemsOnly }) {
  if (head.totals.num_files === 0) return "There is no event file in it: no file whose name holds “tfevents”.";
  if (q) return `No run or file matches ${q}.`;
  if (hasProblemsOnly) return "No problem was found.";
  return run === null ? "" : `Run ${run} has no event file.`;
}

// A value once it stopped changing.
function useLater(value) {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), TYPING_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

// The files that fit, kept up to date while the panel is open.
function useHealth(params) {
  const [, redraw] = useReducer((number) => number + 1, 0);
  const [list] = useState(() => new HealthList(session, redraw));
  useEffect(() => list.setParams(params), [JSON.stringify(params)]);
  useEffect(() => {
    const offs = ["news", "runs"].map((event) => session.on(event, () => list.refreshSoon()));
    return () => {
      offs.forEach((off) => off());
      list.close();
    };
  }, []);
  return list;
}
