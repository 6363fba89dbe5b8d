// Which tag of a run went bad first: asked for once someone looks at a note of NaN or Inf, and led to by a press.

import { formatCount } from "../format.js";
import { goToCard, pageHere } from "../grid/go_to_card.js";

// Has a button of the foot say where the run went bad first. session: asks the server; run: whose points are meant.
export function explainBad(button, { session, run, tag }) {
  let found = null;
  let isExplained = false;
  const explain = async () => {
    found ??= findFirst(session, run.name);
    const first = await found;
    if (!first || isExplained) return;
    isExplained = true;
    button.title += `\nFirst bad in ${run.shortLabel}: ${first.tag} at step ${formatCount(first.step)} (${first.value})${first.tag === tag ? "" : "\nClick to go there"}`;
  };
  button.addEventListener("pointerenter", explain);
  button.addEventListener("focus", explain);
  button.addEventListener("click", async () => {
    await explain();
    const first = await found;
    if (first && first.tag !== tag) goToCard(pageHere(), first.tag);
  });
}

// → promise of {tag, step, value}; null if it is not known
async function findFirst(session, name) {
  try {
    const { key: selection, runs } = await session.selectionKey();
    const answer = await session.getJSON("data/non_finite", { selection, limit: 1 });
    return answer.runs.find(({ run }) => runs[run] === name)?.tags[0] ?? null;
  } catch (error) {
    session.emit("error", error);
    return null;
  }
}
