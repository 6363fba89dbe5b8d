// What happened in the runs, by their names: what they logged themselves, and the notes that people added in the page.

import { Latest } from "../runs/latest.js";
import { session } from "../session.js";

const NONE = [];
const GATHER_MS = 300;
const MAX_MARKS = 200; // of a run

let logged = new Map(); // run → [{step, kind, text}]
let notes = new Map(); // run → [{step, kind: "note", text, tag, id}]
let sidecarState = null;
let numWishes = 0;
const listeners = new Set();
const latest = new Latest({ ask, take, gatherMs: GATHER_MS });

// Has `changed` called when there are others; → a function that ends it.
export function followMarks(changed) {
  listeners.add(changed);
  if (listeners.size === 1) want();
  return () => listeners.delete(changed);
}

// Of a run, on the card of a tag.
export function marksOf(run, tag) {
  if (session.sidecar.state !== sidecarState) readNotes();
  const [told, added] = [logged.get(run) ?? NONE, notes.get(run)];
  return added ? [...told, ...added.filter((note) => !note.tag || note.tag === tag)] : told;
}

// Keeps a note beside the logs; undo takes it back.
export function addNote(run, { step, text, tag }) {
  const id = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 10)}`;
  return session.sidecar.edit([{ path: ["runs", run, "annotations", id], value: { step, text, tag } }], { label: "note" });
}

function readNotes() {
  sidecarState = session.sidecar.state;
  notes = Map.groupBy(sidecarState.annotations.map((one) => ({ ...one, kind: "note" })), ({ run }) => run);
}

function want() {
  numWishes += 1;
  if (listeners.size > 0 && session.selected.size > 0) latest.want({ key: numWishes });
}

// What fails is asked for again at the next news: only these tell which server there is.
async function ask() {
  try {
    const { key: selection, runs } = await session.selectionKey();
    const answer = await session.getJSON("data/annotations", { selection, limit: MAX_MARKS });
    return new Map(answer.runs.map(({ run, marks }) => [runs[run], marks.filter((mark) => !mark.superseded)]));
  } catch (error) {
    if (error.status === 404) session.forgetSelectionKey();
    return logged;
  }
}

function take(found) {
  logged = found;
  tell();
}

function tell() {
  for (const changed of listeners) changed();
}

session.on("selection", want);
session.on("news", want);
session.on("style", tell); // notes come with what people added to runs
