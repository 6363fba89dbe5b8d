// What the page is coloured by, which stands in the URL, and what the run logged of its nodes at the step of the cursor.

import { useCallback, useEffect, useMemo, useReducer, useState } from "../react.js";
import { COLORINGS, findColoring, makeColoring, reasonAgainst } from "./colors.js";
import { useNews } from "./news.js";

const NEWS_MS = 2_000; // between two looks at a run that writes

// {key, coloring, options, choose(key), live: {logged, step, hold(step)}}; `coloring` is null without a drawing.
// graph: which graph of the run, "" for the newest
export function useColoring(session, run, drawing, graph) {
  const key = findColoring(session.view.get("graph.colors")).key;
  const live = useLive(session, run, graph);
  const { logged } = live;
  const { theme } = session;
  const shown = reasonAgainst(key, drawing, logged) ? "structure" : key; // a link may name what this run has nothing of
  const coloring = useMemo(() => drawing && makeColoring(shown, drawing, logged, theme), [shown, drawing, logged, theme]);
  const options = COLORINGS.map((one) => ({ ...one, reason: reasonAgainst(one.key, drawing, logged) }));
  const choose = (wanted) => session.view.set({ "graph.colors": wanted }, { label: "colours of the graph" });
  return { key, coloring, options, choose, live };
}

function useLive(session, run, graph) {
  const step = useCursor(session);
  const [logged, setLogged] = useState(null);
  const [asked, ask] = useReducer((count) => count + 1, 0);
  const [answered, setAnswered] = useState(asked);
  useNews(session, run, ask, { ms: NEWS_MS, isAsking: answered !== asked });
  useEffect(() => {
    if (!run) {
      setLogged(nothing("Nothing is logged of a graph from a file."));
      return undefined;
    }
    const request = new AbortController();
    session.getJSON("data/graph/logged", { run, graph: graph || undefined, step: step ?? undefined }, request.signal).then(
      (answer) => {
        setLogged((known) => (isSame(known, answer) ? known : answer));
        setAnswered(asked);
      },
      (error) => {
        if (error.name === "AbortError") return;
        setLogged(nothing(`It could not be read: ${error.message}`));
        setAnswered(asked);
      },
    );
    return () => request.abort();
  }, [session, run, graph, step, asked]);
  const hold = useCallback((wanted) => session.cursor.hold(wanted), [session]);
  return { logged, graph, step, hold };
}

// The step that is held on all pages; null for the newest.
function useCursor(session) {
  const [step, setStep] = useState(session.cursor.held);
  useEffect(() => {
    const follow = () => setStep(session.cursor.held);
    follow();
    const offs = [session.on("cursor", follow), session.on("view", follow)];
    return () => offs.forEach((off) => off());
  }, [session]);
  return step;
}

function isSame(known, answer) {
  return known !== null && JSON.stringify({ ...known, version: 0 }) === JSON.stringify({ ...answer, version: 0 });
}

function nothing(reason) {
  const missing = Object.fromEntries(COLORINGS.filter((one) => one.isLogged).map(({ key }) => [key, reason]));
  return { step: null, steps: [], quantities: {}, missing };
}
