// The query of a view's URL: `?v=3&except=exp%20a&smoothing=0.6`. Text and lists of text only; what they mean is the keys'.

export const VERSION = 3;
const MAX_ITEMS = 100;
const MAX_LENGTH = 4_000; // longer links are cut off on their way through chats and proxies
const READABLE = { "%2F": "/", "%3A": ":", "%2C": ",", "%40": "@" };

// → {params: Map(name → texts), isNewer: a later version wrote it}. A link without a version is taken as one of this.
export function readQuery(search) {
  const found = new URLSearchParams(search);
  const given = Number(found.get("v") ?? VERSION);
  const version = Number.isInteger(given) && given > 0 ? given : VERSION;
  const params = new Map([...new Set(found.keys())].map((name) => [name, found.getAll(name)]));
  params.delete("v");
  for (let from = version; from < VERSION; from += 1) MIGRATIONS[from](params);
  return { params, isNewer: version > VERSION };
}

// What makes the parameters of a version those of the next.
const MIGRATIONS = {
  // `runs=all|none` with its exceptions `with` and `except`
  1(params) {
    const isNone = params.get("runs")?.[0] === "none";
    const names = params.get("with") ?? [];
    params.delete("runs");
    params.delete("with");
    if (isNone) params.set("only", names.length > 0 ? names : [""]);
    else if (names.length > 0) params.set("also", names);
  },
  // Without `x` curves were drawn over the step, whatever runs declare.
  2(params) {
    if (!params.has("x")) params.set("x", ["step"]);
  },
};

// entries: [[name, texts], …] → {query, leftOut: names of those that do not fit a link}; no entry, no query.
export function writeQuery(entries, { maxItems = MAX_ITEMS, maxLength = MAX_LENGTH } = {}) {
  const leftOut = new Set(entries.filter(([, texts]) => texts.length > maxItems).map(([name]) => name));
  const parts = entries.filter(([name]) => !leftOut.has(name)).map(([name, texts]) => ({ name, text: encode(name, texts) }));
  const kept = () => parts.filter((part) => !leftOut.has(part.name));
  while (lengthOf(kept()) > maxLength) leftOut.add(longest(kept()).name);
  const query = kept().map((part) => part.text);
  return { query: query.length > 0 ? `?${[`v=${VERSION}`, ...query].join("&")}` : "", leftOut: [...leftOut] };
}

function encode(name, texts) {
  const query = new URLSearchParams(texts.map((text) => [name, text]));
  return query.toString().replace(/%(2F|3A|2C|40)/g, (code) => READABLE[code]);
}

function lengthOf(parts) {
  return parts.reduce((sum, part) => sum + part.text.length, 0);
}

function longest(parts) {
  return parts.reduce((a, b) => (b.text.length > a.text.length ? b : a));
}
