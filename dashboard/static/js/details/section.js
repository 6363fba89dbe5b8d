// A part of the details under its heading.

import { h } from "../react.js";

// detail: what stands fainter beside the title; action: a button at the end of the line.
export function Section({ title, detail, action, className = "", children }) {
  return h(
    "section",
    { className: `details-section ${className}`, "aria-label": title },
    h("h3", null, h("span", null, title), detail && h("span", { className: "details-count" }, detail), h("span", { className: "grow" }), action),
    children,
  );
}

// Words and what they say, in two columns: [[word, node], …]; those without a node are left out.
export function Facts({ rows }) {
  const shown = rows.filter(([, node]) => node !== null && node !== undefined && node !== "" && node !== false);
  return h(
    "dl",
    { className: "details-facts" },
    shown.map(([word, node]) => h("div", { key: word }, h("dt", null, word), h("dd", null, node))),
  );
}
