// A name in a row. Long ones lose their middle, never their end. What would not be seen, or would turn the text round, is
// shown by a sign of its own.

import { h } from "../react.js";

const MAX_WHOLE = 12; // characters of a name that is never cut
const TAIL = 10;
const MAX_SHOWN = 200; // no row is wider
const CONTROL = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const UNSEEN = /^[\s\p{C}\p{Z}]*$/u;
const SIGNS = { "\n": "↵", "\r": "↵", "\t": "⇥" };

// elided: the beginning that is said elsewhere, shown as `…`
export function Name({ label, elided = "" }) {
  const shown = writeName(label.slice(elided.length));
  const front = elided ? h("span", { className: "name-elided" }, "…") : null;
  if (shown.length <= MAX_WHOLE) return h("bdi", { className: "name-whole" }, front, shown);
  return h("bdi", { className: "name-parts" }, front, h("span", { className: "name-front" }, shown.slice(0, -TAIL)), h("span", { className: "name-tail" }, shown.slice(-TAIL)));
}

// A name as it can be seen: a newline as ↵, only spaces as `" "`, a zero-width space as `"\u200b"`.
export function writeName(name) {
  const short = name.length > 2 * MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}…${name.slice(-MAX_SHOWN)}` : name;
  if (UNSEEN.test(short)) return `"${[...short].map(escape).join("")}"`;
  return short.replace(CONTROL, (sign) => SIGNS[sign] ?? "\ufffd");
}

function escape(sign) {
  return sign === " " ? sign : `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
