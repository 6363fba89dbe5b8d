// A page without data: says what was looked at and shows the code to paste.

import { formatCount } from "./format.js";
import { Icon, h, useRef, useState } from "./react.js";
import { session } from "./session.js";

// empty: {title, text, snippets: [{name, code}]} of the page, for a logdir that has runs but none of its kind.
export function EmptyPage({ empty, isSelection = false }) {
  const logdir = session.logdir ?? { label: "", exists: true };
  const isNoRun = session.runs.length === 0;
  return h(
    "div",
    { className: "empty" },
    h(Sketch),
    isNoRun ? h(NoRunText, { logdir }) : h(NoDataText, { empty, isSelection }),
    h(Snippets, { snippets: empty.snippets, logdir: logdir.label }),
    isNoRun && logdir.exists && h(LookedIn, { logdir }),
  );
}

function NoRunText({ logdir }) {
  const title = logdir.exists
    ? ["No event files in ", h("code", { key: "name" }, logdir.label), " yet"]
    : [h("code", { key: "name" }, logdir.label), " does not exist yet"];
  return h(
    "div",
    null,
    h("h1", null, ...title),
    h(
      "p",
      null,
      logdir.exists
        ? "board is watching this folder and its subfolders. The first point shows here within a second of being written. Nothing needs to be restarted."
        : "board is waiting for this folder. Once a program creates it and writes the first point, it shows here. Nothing needs to be restarted.",
    ),
  );
}

function NoDataText({ empty, isSelection }) {
  return h("div", null, h("h1", null, isSelection ? empty.selectionTitle : empty.title), h("p", null, empty.text));
}

function LookedIn({ logdir }) {
  return h(
    "p",
    { className: "looked" },
    "Looked in ",
    h("code", null, logdir.label),
    `: ${count(logdir.num_folders, "folder")}, ${count(logdir.num_files, "file")}, 0 event files`,
  );
}

function count(number, word) {
  return `${formatCount(number)} ${word}${number === 1 ? "" : "s"}`;
}

function Snippets({ snippets, logdir }) {
  const [chosen, choose] = useState(0);
  const [isCopied, setCopied] = useState(false);
  const code = snippets[chosen].code.replaceAll("{logdir}", logdir || "runs");
  const text = useRef(null);
  const copy = async () => {
    // A page from another machine over plain HTTP has no clipboard: mark the text for Ctrl-C.
    if (!navigator.clipboard) return getSelection().selectAllChildren(text.current);
    await navigator.clipboard.writeText(code);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
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
      h("button", { type: "button", className: "ghost", onClick: copy }, h(Icon, { name: isCopied ? "check" : "copy", size: 14 }), isCopied ? "Copied" : "Copy"),
    ),
    h("pre", { tabIndex: 0, ref: text }, h("code", null, ...highlight(code))),
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
