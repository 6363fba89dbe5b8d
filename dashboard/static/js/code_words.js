// Sentences in which names stand between backticks, as the server writes them.

import { h } from "./react.js";

// → nodes, the names as code
export function codeWords(text) {
  return text.split("`").map((part, i) => (i % 2 === 1 ? h("code", { key: i }, part) : part));
}
