// Asks the server for the rows of a run's training step, and for the facts of what is selected.

import { notify } from "../../notifications.js";
import { useCallback, useEffect, useRef, useState } from "../../react.js";
import { useNews } from "../news.js";
import { newsMs } from "../source.js";
import { isOperations } from "./rows.js";

// {step, error, retry}: `step` stays on show until the next one is there, and where that cannot be had.
export function useStep(session, run, { graph, open, blocks }) {
  const [state, setState] = useState({ step: null, error: null, answered: "" });
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  const params = JSON.stringify({ run, graph: graph || undefined, open: [...open].sort(), block: [...blocks].sort() });
  const isShown = useRef(false);
  const asked = `${attempt} ${params}`;
  useEffect(() => {
    const request = new AbortController();
    session.getJSON("data/graph/step", JSON.parse(params), request.signal).then(
      (step) => setState((last) => ({ step: isSame(last.step, step) ? last.step : step, error: null, answered: asked })),
      (error) => {
        if (error.name === "AbortError") return;
        setState(({ step }) => ({ step, error: step ? null : error, answered: asked }));
        if (isShown.current) notify({ id: "graph drawing", tone: "bad", text: `The training step could not be drawn anew: ${error.message}`, action: { label: "Try again", run: retry } });
      },
    );
    return () => request.abort();
  }, [session, asked]);
  isShown.current = state.step !== null;
  useNews(session, run, retry, { ms: newsMs(state.error), isAsking: state.answered !== asked });
  return { step: state.step, error: state.error, retry };
}

function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
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
