// What people added to runs, as data/sidecar answers it, and what edits make of it. docs/sidecar.md lists the paths.
// Names are anything, so they are keys of maps and never of objects.

export function readState({ runs = {}, baseline = "", views = {}, charts = {}, annotations = [] }) {
  return { runs: new Map(Object.entries(runs)), baseline, views: new Map(Object.entries(views)), charts: new Map(Object.entries(charts)), annotations };
}

// → the state after edits [{path, value}], as a new one; a value of null takes away what was there.
export function applyEdits(state, edits) {
  const next = { ...state, runs: new Map(state.runs), views: new Map(state.views), charts: new Map(state.charts) };
  for (const edit of edits) applyOne(next, edit);
  return next;
}

function applyOne(state, { path, value }) {
  const [root, name, field, id] = path;
  if (root === "baseline") state.baseline = value ?? "";
  else if (root === "views") put(state.views, name, value);
  else if (root === "charts") put(state.charts, name, value);
  else if (field === "annotations") state.annotations = annotate(state.annotations, { run: name, id, value });
  else state.runs.set(name, changeRun(state.runs.get(name) ?? {}, field, id, value));
}

function put(map, name, value) {
  if (value === null || value === undefined) map.delete(name);
  else map.set(name, value);
}

function annotate(annotations, { run, id, value }) {
  const others = annotations.filter((one) => one.run !== run || one.id !== id);
  return value ? [...others, { tag: "", ...value, run, id }] : others;
}

// As in the answer, what is not set is left out.
function changeRun(notes, field, tag, value) {
  if (field === "tags") {
    const others = (notes.tags ?? []).filter((one) => one !== tag);
    return { ...notes, tags: value ? [...others, tag].sort() : others };
  }
  const { [field]: _, ...rest } = notes;
  return value ? { ...rest, [field]: value } : rest;
}

// What stands at a path, null for nothing.
export function valueAt(state, [root, name, field, id]) {
  if (root === "baseline") return state.baseline || null;
  if (root === "views") return state.views.get(name) ?? null;
  if (root === "charts") return state.charts.get(name) ?? null;
  if (field === "annotations") {
    const found = state.annotations.find((one) => one.run === name && one.id === id);
    return found ? { step: found.step, text: found.text, ...(found.tag ? { tag: found.tag } : {}) } : null;
  }
  const notes = state.runs.get(name) ?? {};
  if (field === "tags") return notes.tags?.includes(id) || null;
  return notes[field] || null;
}
