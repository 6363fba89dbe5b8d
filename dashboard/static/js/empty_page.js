// A page without data: says what was looked at and shows the code to paste.

import { copyText } from "./clipboard.js";
import { countOf } from "./format.js";
import { openHealth } from "./health_panel.js";
import { Icon, h, useEffect, useLayoutEffect, useState } from "./react.js";
import { session } from "./session.js";
import { useKeys } from "./use_keys.js";

const MAX_RUNS = 100; // of one question why
const SAID_MS = 2_000;

// empty: {title, text, snippets: [{name, code}]} of the page, for a logdir that has runs but none of its kind; more: what else
// can be done.
export function EmptyPage({ empty, kind, isSelection = false, more = null }) {
  const logdir = session.logdir ?? { label: "", exists: true, logdirs: [] };
  const isNoRun = session.runs.length === 0;
  useLayoutEffect(markEmpty, []);
  return h(
    "div",
    { className: "empty" },
    h(Sketch),
    isNoRun ? h(NoRunText, { logdir }) : h(NoDataText, { empty, kind, isSelection }),
    h(Snippets, { snippets: empty.snippets, logdir: (logdir.logdirs?.[0] ?? logdir).label }),
    more,
    isNoRun ? h(LookedIn, { logdir }) : h("p", { className: "looked" }, h(DoctorLink), " says what each run and file holds."),
  );
}

// What is of no use beside it hides. On the root: were it for the style sheet to look for this element, Chromium would style
// the whole page anew whenever something comes into it.
function markEmpty() {
  document.documentElement.toggleAttribute("data-empty", true);
  return () => document.documentElement.toggleAttribute("data-empty", false);
}

function NoRunText({ logdir }) {
  const title = logdir.exists
    ? ["No event files in ", h("code", { key: "name" }, logdir.label), " yet"]
    : [h("code", { key: "name" }, logdir.label), " does not exist yet"];
  return h(
    "div",
    null,
    h("h2", null, ...title),
    h(
      "p",
      null,
      logdir.exists
        ? "board is watching this folder and its subfolders. The first point shows here within a second of being written. Nothing needs to be restarted."
        : "board is waiting for this folder. Once a program creates it and writes the first point, it shows here. Nothing needs to be restarted.",
    ),
  );
}

function NoDataText({ empty, kind, isSelection }) {
  const why = useWhy(isSelection ? kind : null);
  return h("div", null, h("h2", null, isSelection ? empty.selectionTitle : empty.title), h("p", null, empty.text), why && h("p", { className: "why" }, why));
}

// Why the selected runs show nothing of a kind, in the server's words; "" until it is known.
function useWhy(kind) {
  const [why, setWhy] = useState("");
  const runs = kind ? session.selectedRuns.slice(0, MAX_RUNS).map((run) => run.name) : [];
  useEffect(() => {
    if (runs.length === 0) return setWhy("");
    const asked = new AbortController();
    const ask = session.getJSON("data/health/why", { run: runs, kind }, asked.signal);
    ask.then(({ sentence }) => setWhy(sentence), () => asked.signal.aborted || setWhy(""));
    return () => asked.abort();
  }, [kind, runs.join("\n")]);
  return why;
}

function DoctorLink() {
  return h("button", { type: "button", className: "link", onClick: () => openHealth() }, "Open Doctor");
}

function LookedIn({ logdir }) {
  const counted = `: ${countOf(logdir.num_folders ?? 0, "folder")}, ${countOf(logdir.num_files ?? 0, "file")}, 0 event files`;
  return h(
    "div",
    null,
    logdir.exists && h("p", { className: "looked" }, "Looked in ", h("code", null, logdir.label), counted),
    h("p", { className: "looked" }, "Files you expected are missing? ", h(DoctorLink), ", which says why each file was passed over."),
  );
}

function Snippets({ snippets, logdir }) {
  const [chosen, choose] = useState(0);
  const [isCopied, setCopied] = useState(false);
  const code = snippets[chosen].code.replaceAll("{logdir}", logdir || "runs");
  const copy = async () => {
    if (!(await copyText(code))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), SAID_MS);
  };
  useKeys("Page", [{ keys: ["C"], label: "Copy the code", run: copy }]);
  return h(
    "div",
    { className: "snippets" },
    h(
      "div",
      { className: "snippet-head" },
      h(
        "div",
        { className: "segmented", role: "tablist" },
        snippets.map((snippet, i) =>
          h("button", { key: snippet.name, type: "button", role: "tab", "aria-selected": i === chosen, onClick: () => choose(i) }, snippet.name),
        ),
      ),
      h("span", { className: "grow" }),
      h(
        "button",
        { type: "button", className: "ghost", title: "Copy the code (C)", onClick: copy },
        h(Icon, { name: isCopied ? "check" : "copy", size: 14 }),
        h("span", { "aria-live": "polite" }, isCopied ? "Copied" : "Copy"),
        h("kbd", { className: "kbd" }, "C"),
      ),
    ),
    h("pre", { tabIndex: 0 }, h("code", null, ...highlight(code))),
  );
}

const TOKENS = /(#.*$)|("[^"]*")|\b(from|import|with|as|for|in|def|return)\b|\b(\d+(?:\.\d+)?(?:e-?\d+)?)\b/gm;

function highlight(code) {
  const parts = [];
  let end = 0;
  for (const match of code.matchAll(TOKENS)) {
    parts.push(code.slice(end, match.index));
    const name = match[1] ? "op" : match[2] ? "str" : match[3] ? "kw" : "num";
    parts.push(h("span", { key: match.index, className: `syn-${name}` }, match[0]));
    end = match.index + match[0].length;
  }
  return [...parts, code.slice(end)];
}

function Sketch() {
  return h(
    "svg",
    { viewBox: "0 0 56 40", width: 56, height: 40, "aria-hidden": true },
    h("path", { d: "M4 2v34h48", fill: "none", stroke: "var(--line-strong)", strokeWidth: 1.5 }),
    h("path", { d: "M9 7c3 16 10 25 38 25", fill: "none", stroke: "var(--text-2)", strokeWidth: 1.5, strokeDasharray: "3 3" }),
    h("circle", { cx: 48, cy: 32, r: 3.2, fill: "var(--accent)" }),
  );
}
