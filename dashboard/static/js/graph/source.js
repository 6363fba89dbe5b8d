// Asks the server for the graph of a run with some scopes open, and for the facts of a node.

import { useCallback, useEffect, useRef, useState } from "../react.js";

const NEWS_SECS = 10;

// Where a graph of a run is asked for, alone or with that of another: [path, parameters]
export function sourceOf(run, { base, graph }, part = "") {
  return base ? [`data/graph/compare${part}`, { run, base, graph: graph || undefined }] : [`data/graph${part}`, { run, graph: graph || undefined }];
}

// {drawing, run, error, retry}: `drawing` stays on show until the next one is there; `run` is the run it belongs to.
export function useDrawing(session, run, { base, graph, open, blocks }, keep) {
  const [state, setState] = useState({ drawing: null, run: null, error: null });
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  const opened = [...open].sort().join("\n");
  const shownBlocks = [...blocks].sort().join("\n");
  const shown = useRef("");
  useEffect(() => {
    if (!run && !graph) return undefined;
    const request = new AbortController();
    const [path, runs] = sourceOf(run, { base, graph });
    const params = { ...runs, open: opened ? opened.split("\n") : [], block: shownBlocks ? shownBlocks.split("\n") : [], keep: keep || undefined };
    session.getJSON(path, params, request.signal).then(
      (drawing) => {
        const text = JSON.stringify(drawing);
        if (text === shown.current) return;
        shown.current = text;
        setState({ drawing, run, error: null });
      },
      (error) => {
        if (error.name === "AbortError") return;
        shown.current = "";
        setState({ drawing: null, run, error });
      },
    );
    return () => request.abort();
  }, [session, run, base, graph, opened, shownBlocks, attempt]);
  useNews(session, run, state.drawing === null, retry);
  return { ...state, retry };
}

// A run may log its graph after it was looked at: ask at once while there is none, seldom afterwards.
function useNews(session, run, isMissing, ask) {
  const asked = useRef(0);
  useEffect(
    () =>
      session.on("news", ({ changed }) => {
        const now = performance.now();
        if (!changed.includes(run) || (!isMissing && now - asked.current < NEWS_SECS * 1000)) return;
        asked.current = now;
        ask();
      }),
    [session, run, isMissing, ask],
  );
}

export function useFacts(session, run, { base, graph }, id) {
  const [facts, setFacts] = useState(null);
  useEffect(() => {
    if ((!run && !graph) || !id) {
      setFacts(null);
      return undefined;
    }
    const request = new AbortController();
    const [path, runs] = sourceOf(run, { base, graph }, "/node");
    session.getJSON(path, { ...runs, id }, request.signal).then(setFacts, (error) => {
      if (error.name !== "AbortError") setFacts({ error: error.message });
    });
    return () => request.abort();
  }, [session, run, base, graph, id]);
  return facts;
}
