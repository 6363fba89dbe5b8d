// Asks the server for the rows of a run's training step, and for the facts of what is selected.

import { useCallback, useEffect, useState } from "../../react.js";
import { isOperations } from "./rows.js";

// {step, error, retry}: `step` stays on show until the next one is there.
export function useStep(session, run, { graph, open, blocks }) {
  const [state, setState] = useState({ step: null, error: null });
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  const params = JSON.stringify({ run, graph: graph || undefined, open: [...open].sort(), block: [...blocks].sort() });
  useEffect(() => {
    const request = new AbortController();
    session.getJSON("data/graph/step", JSON.parse(params), request.signal).then(
      (step) => setState({ step, error: null }),
      (error) => error.name !== "AbortError" && setState({ step: null, error }),
    );
    return () => request.abort();
  }, [session, params, attempt]);
  return { ...state, retry };
}

// The facts of what is selected: a node or scope of the graph, or a row of operations.
export function useRowFacts(session, run, { graph }, id) {
  const [facts, setFacts] = useState(null);
  useEffect(() => {
    if (!id) {
      setFacts(null);
      return undefined;
    }
    const request = new AbortController();
    const route = isOperations(id) ? "data/graph/step/operations" : "data/graph/node";
    session.getJSON(route, { run, graph: graph || undefined, id }, request.signal).then(setFacts, (error) => {
      if (error.name !== "AbortError") setFacts({ error: error.message });
    });
    return () => request.abort();
  }, [session, run, graph, id]);
  return facts;
}
