// Tags → groups by their prefix: everything before the last slash.

const OPEN_AT_FIRST = 12;
const MIN_GROUP = 3; // cards in a row, at the usual width

// → [{name, parent, title, tags: [{tag, label}], isClosedAtFirst}], tags without a prefix first.
// A group too small for a row of its own joins the one above it: params/dense_0 and params/dense_1 are params.
export function groupTags(tags) {
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
  return [...groups]
    .sort(([a], [b]) => compareNaturally(a, b))
    .map(([name, members], i) => ({
      name,
      ...titleOf(name),
      tags: members.sort(compareNaturally).map((tag) => ({ tag, label: name ? tag.slice(name.length + 1) : tag })),
      isClosedAtFirst: i >= OPEN_AT_FIRST,
    }));
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
  const slash = name.lastIndexOf("/");
  return { parent: name.slice(0, slash + 1), title: name.slice(slash + 1) };
}

// layer_2 before layer_10
export function compareNaturally(a, b) {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

const collator = new Intl.Collator("en", { numeric: true });
