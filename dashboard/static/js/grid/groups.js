// Tags → groups by their prefix: everything before the last slash. Groups are nested as prefixes are.

const OPEN_AT_FIRST = 12; // of those in one group, or in none
const MIN_GROUP = 3; // cards in a row, at the usual width

// → [{name, parent, title, tags: [{tag, label}], ancestors: [names], numBelow: of tags, its own too, isClosedAtFirst}],
// tags without a prefix first, a group before those in it.
// A group too small for a row of its own joins the one above it: params/dense_0 and params/dense_1 are params. A prefix
// that only holds groups is one too, if it holds several.
export function groupTags(tags) {
  const groups = gather(tags);
  for (const name of forks([...groups.keys()])) if (!groups.has(name)) groups.set(name, []);
  const named = [...groups].sort(([a], [b]) => compareByParts(a, b));
  const numBefore = new Map(); // name of the group around → how many in it came before
  return named.map(([name, members]) => {
    const ancestors = prefixesOf(name).filter((prefix) => groups.has(prefix));
    const around = ancestors.at(-1) ?? "";
    numBefore.set(around, (numBefore.get(around) ?? -1) + 1);
    return {
      name,
      ...titleOf(name),
      tags: members.sort(compareNaturally).map((tag) => ({ tag, label: name ? tag.slice(name.length + 1) : tag })),
      ancestors,
      numBelow: members.length + sum(named.filter(([other]) => name && other.startsWith(`${name}/`)).map(([, below]) => below.length)),
      isClosedAtFirst: numBefore.get(around) >= OPEN_AT_FIRST,
    };
  });
}

function gather(tags) {
  const groups = new Map();
  for (const tag of tags) addTo(groups, prefixOf(tag), tag);
  const byDepth = [...groups.keys()].sort((a, b) => b.split("/").length - a.split("/").length);
  for (const name of byDepth) {
    const parent = prefixOf(name);
    if (parent === "" || groups.get(name).length > MIN_GROUP) continue;
    for (const tag of groups.get(name)) addTo(groups, parent, tag);
    groups.delete(name);
    if (!byDepth.includes(parent)) byDepth.push(parent);
  }
  return groups;
}

// Prefixes under which the names go different ways.
function forks(names) {
  const ways = new Map(); // prefix → what comes after it
  for (const name of names) {
    for (const prefix of prefixesOf(name)) {
      if (!ways.has(prefix)) ways.set(prefix, new Set());
      ways.get(prefix).add(name.slice(prefix.length + 1).split("/")[0]);
    }
  }
  return [...ways].filter(([, after]) => after.size > 1).map(([prefix]) => prefix);
}

// a/b/c → a, a/b
function prefixesOf(name) {
  const parts = name.split("/");
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("/")).filter(Boolean);
}

function prefixOf(name) {
  return name.slice(0, Math.max(0, name.lastIndexOf("/")));
}

function addTo(groups, name, tag) {
  if (!groups.has(name)) groups.set(name, []);
  groups.get(name).push(tag);
}

function titleOf(name) {
  if (name === "") return { parent: "", title: "Ungrouped" };
  return splitTag(name);
}

// What stands before the last slash, with it, and after.
export function splitTag(tag) {
  const slash = tag.lastIndexOf("/");
  return { parent: tag.slice(0, slash + 1), title: tag.slice(slash + 1) };
}

// A group stands right before those in it, whatever signs their names hold.
function compareByParts(a, b) {
  const [left, right] = [a.split("/"), b.split("/")];
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const order = compareNaturally(left[i], right[i]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

// layer_2 before layer_10
export function compareNaturally(a, b) {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const collator = new Intl.Collator("en", { numeric: true });
