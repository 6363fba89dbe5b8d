// A query over runs in pieces, for its colours. What it means is told by the server.

const PIECE = /(\s+)|("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)|(\/(?:[^/\\\s]|\\.)+\/)|(`(?:[^`\\]|\\.)*`?)|(=~|!~|~|<=|>=|==|!=|<|>|=|[()[\],])|([^\s()[\]<>=!~"'`,]+)|(.)/gsu;
const PLAIN_NAME = /^[^\s()<>=!~"'`/[\]{}^$*+?|\\,&#][^\s()<>=!~"'`[\]{}^$*+?|\\,&#]*$/u; // as `write_name` of the server has it
const KEYWORD = /^(and|or|not|in|is|missing|nan|exists|true|false|none)$/i;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?([kM%]|[smhdw](\d+[smhdw])*)?$|^\d{4}-\d\d-\d\d(T[\d:]*)?$|^[+-]?inf$/i;

// → [{kind: "space" | "str" | "name" | "op" | "kw" | "num", text}], which together are the text
export function splitQuery(text) {
  return [...text.matchAll(PIECE)].map(([piece, space, quoted, pattern, quotedName, sign, word]) => {
    if (space) return { kind: "space", text: piece };
    if (quoted || pattern) return { kind: "str", text: piece };
    if (quotedName) return { kind: "name", text: piece };
    if (sign) return { kind: "op", text: piece };
    return { kind: word ? kindOf(word) : "op", text: piece };
  });
}

function kindOf(word) {
  if (KEYWORD.test(word)) return "kw";
  return NUMBER.test(word) ? "num" : "name";
}

// A name as it is written in a query: between backticks where it would be read otherwise.
export function writeName(name) {
  if (PLAIN_NAME.test(name) && !KEYWORD.test(name)) return name;
  return `\`${name.replace(/[\\`]/g, "\\$&")}\``;
}

// The query with a condition added, or without it where it has it.
export function toggleTerm(query, term) {
  const text = query.trim();
  if (text === term) return "";
  const end = ` and ${term}`;
  if (text.endsWith(end)) return unwrap(text.slice(0, -end.length));
  if (text.startsWith(`${term} and `)) return text.slice(term.length + 5);
  return addTerm(text, term);
}

// The query with a condition that it has not yet.
export function addTerm(query, term) {
  const text = query.trim();
  if (!text || hasTerm(text, term)) return text || term;
  return `${/(^|\s)or(\s|$)/i.test(text) ? `(${text})` : text} and ${term}`;
}

export function hasTerm(query, term) {
  const text = query.trim();
  return text === term || text.endsWith(` and ${term}`) || text.startsWith(`${term} and `);
}

function unwrap(text) {
  return /^\([^()]*\)$/.test(text) ? text.slice(1, -1) : text;
}
