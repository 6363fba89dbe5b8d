// Asks the server for the rows of a run's training step, and for what was logged of its modules at the step of the cursor.

import { useCallback, useEffect, useRef, useState } from "../../react.js";

const NOTHING = {};

// {step, error, retry}: `step` stays on show until the next one is there.
export function useStep(session, run, { open, blocks }) {
  const [state, setState] = useState({ step: null, error: null });
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  const params = JSON.stringify({ run, open: [...open].sort(), block: [...blocks].sort() });
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

// Values by quantity and id, of the step of the cursor, else the newest: {grad_norm: {id: value}, update_ratio: {…}}.
export function useLogged(session, run) {
  const [quantities, setQuantities] = useState(NOTHING);
  const [version, setVersion] = useState(0);
  const at = session.cursor.step;
  const shown = useRef("");
  useEffect(() => session.on("news", ({ changed }) => changed.includes(run) && setVersion((count) => count + 1)), [session, run]);
  useEffect(() => {
    const request = new AbortController();
    session.getJSON("data/graph/logged", { run, step: at === null ? undefined : Math.round(at) }, request.signal).then(
      (answer) => {
        const text = JSON.stringify(answer.quantities);
        if (text === shown.current) return;
        shown.current = text;
        setQuantities(answer.quantities);
      },
      () => undefined, // the rows stand without them
    );
    return () => request.abort();
  }, [session, run, at, version]);
  return quantities;
}

// The facts of what is selected: a node or scope of the graph, or a row of operations.
export function useRowFacts(session, run, id) {
  const [facts, setFacts] = useState(null);
  useEffect(() => {
    if (!id) {
      setFacts(null);
      return undefined;
    }
    const request = new AbortController();
    const route = id.endsWith("#ops") ? "data/graph/step/operations" : "data/graph/node";
    session.getJSON(route, { run, id }, request.signal).then(setFacts, (error) => {
      if (error.name !== "AbortError") setFacts({ error: error.message });
    });
    return () => request.abort();
  }, [session, run, id]);
  return facts;
}
