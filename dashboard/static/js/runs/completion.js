// What may stand at the cursor of the query, as the server tells it; of several questions only the last one counts.

import { useEffect, useRef, useState } from "../react.js";
import { session } from "../session.js";

const CLOSED = { isOpen: false, candidates: [], start: 0, length: 0, index: -1, text: "" };

// → {isOpen, candidates, index: of the chosen one, length: of what they replace, ask(text, cursor), choose(index),
//    apply(index) → {value, cursor}, close()}
export function useCompletion(field) {
  const [state, setState] = useState(CLOSED);
  const asked = useRef(0);
  useEffect(() => () => (asked.current = -1), []);
  const close = () => {
    asked.current += 1;
    setState(CLOSED);
  };
  const ask = async (text, cursor) => {
    const number = (asked.current += 1);
    const answer = await complete(text, cursor);
    if (asked.current !== number || document.activeElement !== field.current) return;
    setState(answer && isUseful(answer, text) ? { ...answer, isOpen: true, index: -1, text } : CLOSED);
  };
  const apply = (index) => {
    const { start, length, candidates, text } = state;
    const word = candidates[index].text;
    const after = text.slice(start + length);
    const gap = after === "" ? " " : "";
    return { value: text.slice(0, start) + word + gap + after, cursor: start + word.length + gap.length };
  };
  return { ...state, ask, apply, close, choose: (index) => setState({ ...state, index }) };
}

async function complete(text, cursor) {
  try {
    return await session.postJSON("data/runs/complete", { text, cursor });
  } catch {
    return null; // without completion the field works as before
  }
}

// A list of nothing but what is written already says nothing.
function isUseful({ candidates, start, length }, text) {
  return candidates.length > 1 || (candidates.length === 1 && candidates[0].text !== text.slice(start, start + length));
}
