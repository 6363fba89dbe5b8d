// What happened in the runs, to be found by its words: what people noted, and what the selected runs logged.

import { formatCount } from "../format.js";
import { goToCard } from "../grid/go_to_card.js";
import { session } from "../session.js";

const WORDS = { note: ["note", "info-circle"], alert: ["alert", "alert-triangle"], checkpoint: ["checkpoint", "bookmark"], restart: ["restart", "arrow-back-up"] };
const MAX_OF_A_RUN = 200;
const MAX_RUNS = 300; // what more runs logged is no list that one reads

// Of what people noted, which is known at once.
export function listNotes(pages) {
  return session.sidecar.state.annotations.map((note) => annotationItem({ kind: "note", id: note.id, ...note }, pages));
}

// Of what the selected runs logged.
export async function listLogged(pages) {
  if (session.selected.size === 0 || session.selected.size > MAX_RUNS) return [];
  const { key: selection, runs } = await session.selectionKey();
  const answer = await session.getJSON("data/annotations", { selection, limit: MAX_OF_A_RUN });
  return answer.runs.flatMap(({ run, marks }) => marks.map((mark, i) => annotationItem({ ...mark, id: `logged ${i}`, run: runs[run] }, pages)));
}

function annotationItem({ run, kind, id, step, text, tag = "" }, pages) {
  const [word, icon] = WORDS[kind] ?? [kind, "info-circle"];
  return {
    id: `annotation ${run} ${id}`,
    group: "Annotations",
    icon,
    label: text.trim() || word,
    detail: `${word}, step ${formatCount(step)} of ${session.labelOf(run)}`,
    verb: "go to step",
    run: () => goToStep(pages, tag, step),
  };
}

// The step is marked on every card; the card that the note is of comes into sight.
function goToStep(pages, tag, step) {
  const page = pages.find(({ name }) => name === "scalars");
  if (tag && page) goToCard(page, tag);
  else if (page && !location.pathname.endsWith(page.path)) session.view.visit(page.path);
  session.cursor.hold(step);
}
