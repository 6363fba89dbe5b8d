// The folders of runs as the panel shows them. A folder is there only if it holds more than one run; one within
// another with nothing beside it is one row (`sweep/lr`), and a run alone in its folder is a row with both names.

const MIN_ELIDED = 6; // shorter beginnings stay: "…3" saves nothing over "lr_3"
const GROUP_PATH = "//"; // no folder begins so
const BOUNDARY = /[-_./=+: ]/;

// Where each run stands. names: without the common folder, by the name of the run. areFlat: whether there are to be no
// folders, as within groups. → {folders: the outermost first,
// placeOf: name → {label, elided, chain: the folders it is in}, elided: of the runs in no folder, longest: characters of
// a label as shown, deepest: folders within each other}
//   folder  {path, label, depth, names: all its runs, elided: beginning that its runs share, "" for none}
export function placeRuns(names, areFlat = false) {
  const root = { children: new Map(), run: null };
  for (const [run, name] of names) insert(root, areFlat ? [name] : name.split("/"), run);
  const places = { folders: [], placeOf: new Map(), elided: "", longest: 0, deepest: 0 };
  const top = { path: "", depth: -1, chain: [], leaves: [], names: [] };
  for (const [label, child] of root.children) visit(child, label, top, places);
  places.elided = elide(top, places);
  places.deepest = areFlat ? 1 : 0; // in their groups
  if (areFlat) shorten(places, placeRuns(names));
  for (const { label, elided, chain } of places.placeOf.values()) {
    places.longest = Math.max(places.longest, label.length - elided.length + (elided ? 1 : 0));
    places.deepest = Math.max(places.deepest, chain.length);
  }
  return places;
}

// Names as they stand alone, outside of their folders: without the beginning that the runs of a folder share, which is
// shown as `…`; behind their folder where others end the same. names: as above → name of the run → its short name
export function shortNames(names) {
  const { placeOf } = placeRuns(names);
  const numOf = new Map();
  for (const { label, elided } of placeOf.values()) numOf.set(label.slice(elided.length), (numOf.get(label.slice(elided.length)) ?? 0) + 1);
  const shorten = (run, { label, elided, chain }) => {
    if (!elided) return names.get(run);
    const end = label.slice(elided.length);
    return numOf.get(end) === 1 || chain.length === 0 ? `…${end}` : `${chain.at(-1).path}/…${end}`;
  };
  return new Map([...placeOf].map(([run, place]) => [run, shorten(run, place)]));
}

// Leaves of each name in a flat list what it would have within its folders, where no other run looks the same by that.
function shorten(flat, { placeOf }) {
  const endOf = ({ label, elided }) => label.slice(elided.length);
  const numOf = new Map();
  for (const end of [...placeOf.values()].map(endOf)) for (const text of new Set([end, end.slice(end.lastIndexOf("/") + 1)])) numOf.set(text, (numOf.get(text) ?? 0) + 1);
  for (const [run, place] of placeOf) {
    const end = endOf(place);
    const own = flat.placeOf.get(run);
    if (numOf.get(end) === 1 && end.length < endOf(own).length) own.elided = own.label.slice(0, -end.length);
  }
}

function insert(root, parts, run) {
  let node = root;
  for (const part of parts) {
    if (!node.children.has(part)) node.children.set(part, { children: new Map(), run: null });
    node = node.children.get(part);
  }
  node.run = run;
}

function visit(start, firstLabel, parent, places) {
  let [node, label] = [start, firstLabel];
  while (node.run === null && node.children.size === 1) {
    const [[part, child]] = node.children;
    [node, label] = [child, `${label}/${part}`];
  }
  if (node.children.size === 0) return addRun(node.run, label, parent, places);
  const folder = { path: parent.path ? `${parent.path}/${label}` : label, label, depth: parent.depth + 1, names: [], leaves: [], elided: "" };
  folder.chain = [...parent.chain, folder];
  places.folders.push(folder);
  if (node.run !== null) addRun(node.run, label.slice(label.lastIndexOf("/") + 1), folder, places);
  for (const [part, child] of node.children) visit(child, part, folder, places);
  folder.elided = elide(folder, places);
  return folder;
}

function addRun(run, label, folder, places) {
  for (const one of folder.chain) one.names.push(run);
  folder.leaves.push(run);
  places.placeOf.set(run, { label, elided: "", chain: folder.chain });
}

// The beginning that all runs of a folder share is said once. → it, cut where a word ends
function elide(folder, places) {
  const labels = folder.leaves.map((run) => places.placeOf.get(run).label);
  const shared = sharedBeginning(labels);
  if (shared.length < MIN_ELIDED) return "";
  for (const run of folder.leaves) places.placeOf.get(run).elided = shared;
  return shared;
}

export function sharedBeginning(labels) {
  if (labels.length < 2) return "";
  const [first, last] = labels.reduce(([low, high], one) => [one < low ? one : low, one > high ? one : high], [labels[0], labels[0]]);
  const limit = Math.min(first.length, last.length) - 1; // something is left of each
  let length = 0;
  while (length < limit && first[length] === last[length]) length += 1;
  while (length > 0 && !BOUNDARY.test(first[length - 1])) length -= 1;
  return first.slice(0, length);
}

// The rows of some runs, in their order; a folder stands where the first of its runs would. isOpen(folder)
// → [{folder, depth, names: those listed} or {name, depth}]
export function listRows(names, places, isOpen) {
  const rows = [];
  const top = { members: [] };
  const groups = new Map();
  for (const name of names) {
    let into = top;
    for (const folder of places.placeOf.get(name)?.chain ?? []) {
      if (!groups.has(folder)) {
        const group = { folder, members: [], names: [] };
        groups.set(folder, group);
        into.members.push(group);
      }
      into = groups.get(folder);
      into.names.push(name);
    }
    into.members.push(name);
  }
  flatten(top, 0, isOpen, rows);
  return rows;
}

// The same for runs in groups, which stand where the first of their runs would. groups: of the comparison
export function listGroups(names, groups, isOpen) {
  const folders = new Map(groups.flatMap((group) => {
    const folder = folderOf(group);
    return group.runs.map((run) => [run, folder]);
  }));
  const places = new Map(names.map((name) => [name, { chain: folders.has(name) ? [folders.get(name)] : [] }]));
  return listRows(names, { placeOf: places }, isOpen);
}

// A group as a folder that can be closed.
export function folderOf(group) {
  return { path: GROUP_PATH + group.key, label: group.label, names: group.runs, group };
}

export function isGroupPath(path) {
  return path.startsWith(GROUP_PATH);
}

function flatten(group, depth, isOpen, rows) {
  for (const member of group.members) {
    if (typeof member === "string") {
      rows.push({ name: member, depth });
      continue;
    }
    rows.push({ folder: member.folder, depth, names: member.names });
    if (isOpen(member.folder)) flatten(member, depth + 1, isOpen, rows);
  }
}
