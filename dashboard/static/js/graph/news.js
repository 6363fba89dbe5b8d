// Asking anew when a run wrote.

import { useEffect, useRef, useState } from "../react.js";

// Calls `ask` after news of a run: not more often than each `ms`, and never while what was asked for is still on its way,
// since a server that is interrupted again and again comes to no end.
export function useNews(session, run, ask, { ms, isAsking = false }) {
  const [isHeard, setHeard] = useState(false);
  const asked = useRef(-Infinity);
  useEffect(() => session.on("news", ({ changed }) => changed.includes(run) && setHeard(true)), [session, run]);
  useEffect(() => {
    if (!isHeard || isAsking) return undefined;
    const timer = setTimeout(
      () => {
        asked.current = performance.now();
        setHeard(false);
        ask();
      },
      Math.max(0, asked.current + ms - performance.now()),
    );
    return () => clearTimeout(timer);
  }, [isHeard, isAsking, ms, ask]);
}
