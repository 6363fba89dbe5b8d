// An answer of the server in a component, kept up to date with a version.

import { useEffect, useRef, useState } from "../react.js";
import { session } from "../session.js";

const PAUSE_MS = 2_000; // between two answers of a run that grows

// → {answer, error}: the newest answer to `path` with `params`; null before the first, and while path is null. What is
// there stays while a newer one is asked for.
export function useAnswer(path, params, version, { pauseMs = PAUSE_MS } = {}) {
  const [known, setKnown] = useState({ id: null, answer: null, error: null });
  const last = useRef(-Infinity);
  const id = path && JSON.stringify([path, params]);
  useEffect(() => {
    if (!path) return undefined;
    const abort = new AbortController();
    const ask = async () => {
      last.current = performance.now();
      try {
        const answer = await session.getJSON(path, params, abort.signal);
        setKnown({ id, answer, error: null });
      } catch (error) {
        if (!abort.signal.aborted) setKnown((before) => ({ id, answer: before.id === id ? before.answer : null, error }));
      }
    };
    const wait = known.id === id ? Math.max(0, last.current + pauseMs - performance.now()) : 0;
    const timer = setTimeout(ask, wait);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [id, version]);
  return known.id === id ? known : { answer: null, error: null };
}
