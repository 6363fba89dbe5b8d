// Fuzzy matching of a few typed letters against many texts. Words that are typed must each be found; a text that begins
// with one comes before those that have a word that does, these before those with it anywhere, and last are texts that
// only have its letters in order.

const EXACT = 1_000;
const PREFIX = 800;
const WORD = 600;
const INSIDE = 400;
const LETTERS = 100;
const MIN_LETTERS = 3; // of a word that need not stand together
const NEAR = 10; // a gap between two letters that still looks like one word
const MAX_LENGTH = 500; // of a text that is looked at
const SEPARATOR = /[\s/_.\-:=,()[\]]/;

// What `score` looks at of a text.
export function fold(text) {
  return text.slice(0, MAX_LENGTH).toLowerCase();
}

export function splitWords(query) {
  return fold(query).split(/\s+/).filter(Boolean);
}

// How well a folded text fits the words; 0 if it does not.
export function score(folded, words) {
  let total = 0;
  for (const word of words) {
    const one = scoreWord(folded, word);
    if (one === 0) return 0;
    total += one;
  }
  return words.length === 0 ? 1 : total / words.length - Math.min(folded.length, 90) / 10;
}

// The texts that hold what was typed, those first that are it, then those that begin with it or have a word that does.
export function holding(texts, typed) {
  const text = fold(typed.trim());
  if (!text) return texts;
  const fits = texts.map((one) => ({ one, folded: fold(one) })).filter(({ folded }) => folded.includes(text));
  const ranked = fits.map(({ one, folded }) => ({ one, fit: score(folded, [text]) }));
  return ranked.sort((a, b) => b.fit - a.fit).map(({ one }) => one);
}

function scoreWord(folded, word) {
  const at = folded.indexOf(word);
  if (at < 0) return word.length >= MIN_LETTERS ? scoreLetters(folded, word) : 0;
  if (at === 0) return folded.length === word.length ? EXACT : PREFIX;
  return startOfWord(folded, word, at) >= 0 ? WORD : INSIDE;
}

// Where the word begins one of the text's, from a place on where it was found; -1 if it never does.
function startOfWord(folded, word, from) {
  for (let at = from; at >= 0; at = folded.indexOf(word, at + 1)) if (at === 0 || SEPARATOR.test(folded[at - 1])) return at;
  return -1;
}

function scoreLetters(folded, word) {
  const places = findLetters(folded, word);
  if (!places) return 0;
  const numStarts = places.filter((at) => at === 0 || SEPARATOR.test(folded[at - 1])).length;
  return LETTERS + (200 * numStarts) / word.length - Math.min(90, places.at(-1) - places[0]);
}

// Where its letters stand, in order: at starts of words if there are any near, else at the next place; null if not all do.
function findLetters(folded, word) {
  const places = [];
  let from = 0;
  for (const letter of word) {
    const next = folded.indexOf(letter, from);
    if (next < 0) return null;
    const start = places.length > 0 && next === from ? next : startOfWord(folded, letter, next);
    const place = start >= 0 && start - next < NEAR && folded.length > start ? start : next;
    places.push(place);
    from = place + letter.length;
  }
  return places;
}

// The parts of a text, those that were found marked: [{text, isFound}].
export function highlight(text, words) {
  const folded = fold(text);
  const marks = new Uint8Array(text.length);
  if (folded.length === Math.min(text.length, MAX_LENGTH)) for (const word of words) mark(marks, folded, word); // else letters moved
  const parts = [];
  for (let at = 0; at < text.length; ) {
    let end = at;
    while (end < text.length && marks[end] === marks[at]) end += 1;
    parts.push({ text: text.slice(at, end), isFound: marks[at] === 1 });
    at = end;
  }
  return parts;
}

function mark(marks, folded, word) {
  const first = folded.indexOf(word);
  if (first >= 0) {
    const at = first === 0 ? 0 : Math.max(first, startOfWord(folded, word, first));
    marks.fill(1, at, at + word.length);
  } else if (word.length >= MIN_LETTERS) for (const at of findLetters(folded, word) ?? []) marks[at] = 1;
}
