// What a run says of itself, as text of a bounded length: a program may log anything.

import { formatCount } from "../format.js";

const MAX_CHARACTERS = 1_000;

export function clip(text, most = MAX_CHARACTERS) {
  return text.length <= most ? text : `${text.slice(0, most)}… ${formatCount(text.length - most)} more characters`;
}

// A command as a shell takes it.
export function quoteCommand(words) {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}
