// Tags → groups by their prefix: everything before the last slash.

const OPEN_AT_FIRST = 12;

// → [{name, parent, title, tags: [{tag, label}], isClosedAtFirst}], tags without a prefix first
export function groupTags(tags) {
  const groups = new Map();
  for (const tag of [...tags].sort(compareNaturally)) {
    const slash = tag.lastIndexOf("/");
    const name = slash < 0 ? "" : tag.slice(0, slash);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push({ tag, label: tag.slice(slash + 1) || tag });
  }
  return [...groups]
    .sort(([a], [b]) => compareNaturally(a, b))
    .map(([name, members], i) => ({ name, ...titleOf(name), tags: members, isClosedAtFirst: i >= OPEN_AT_FIRST }));
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
