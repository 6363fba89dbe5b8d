// Asks the server for the graph of a run with some scopes open, and for the facts of a node.

import { notify } from "../notifications.js";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "../react.js";
import { Ahead } from "./ahead.js";
import { useNews } from "./news.js";

const NEWS_MS = 10_000;

// Where a graph of a run is asked for, alone or with that of another: [path, parameters]
export function sourceOf(run, { base, graph }, part = "") {
  return base ? [`data/graph/compare${part}`, { run, base, graph: graph || undefined }] : [`data/graph${part}`, { run, graph: graph || undefined }];
}

// What the server is asked for a drawing, as text. open, blocks: as the URL has them; keep: the node to show
export function requestOf(run, { base, graph }, { open, blocks, keep }) {
  const [path, runs] = sourceOf(run, { base, graph });
  return JSON.stringify([path, { ...runs, open: [...open].sort(), block: [...blocks].sort(), keep: keep || undefined }]);
}

// {drawing, error, retry, expect}: `drawing` stays on show until the next one is there, and where that cannot be had.
// expect(request): what of `requestOf` is probably asked for next, or "".
export function useDrawing(session, run, { base, graph, open, blocks }, keep) {
  const [state, setState] = useState(NOTHING);
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  const source = JSON.stringify(sourceOf(run, { base, graph }));
  const kept = useKept(keep, requestOf(run, { base, graph }, { open, blocks }), state.drawing);
  const request = requestOf(run, { base, graph }, { open, blocks, keep: kept });
  const asked = JSON.stringify([request, attempt]);
  const ahead = useAhead(session, run, base);
  const show = (answer) => setState((last) => (last.answered === asked ? last : answeredBy(answer, { last, source, asked })));
  const early = state.answered !== asked && ahead.peek(request);
  if (early) show(early); // rendered at once, with the press
  useLayoutEffect(() => {
    if (!run && !graph) return undefined;
    const fail = (error) => {
      const isKept = state.source === source;
      if (isKept) notify({ id: "graph drawing", tone: "bad", text: `The graph could not be drawn anew: ${error.message}`, action: { label: "Try again", run: retry } });
      setState((last) => (isKept ? { ...last, answered: asked } : { ...NOTHING, error, answered: asked }));
    };
    return ahead.ask(request, show, fail);
  }, [session, asked]);
  useNews(session, run, retry, { ms: newsMs(state.error), isAsking: state.answered !== asked });
  return { drawing: state.drawing, error: state.error, retry, expect: ahead.expect };
}

// text, source: of the drawing on show; answered: what was asked for last
const NOTHING = { drawing: null, error: null, text: "", source: "", answered: "" };

function answeredBy({ text, drawing }, { last, source, asked }) {
  return { drawing: text === last.text ? last.drawing : drawing, error: null, text, source, answered: asked };
}

// Drawings that are asked for before they are wanted; what a run writes makes them old.
function useAhead(session, run, base) {
  const [ahead] = useState(
    () =>
      new Ahead(async (request, signal) => {
        const text = await session.getText(...JSON.parse(request), signal);
        return { text, drawing: JSON.parse(text) };
      }),
  );
  useEffect(() => session.on("news", ({ changed }) => [run, base].some((name) => changed.includes(name)) && ahead.forget()), [session, run, base]);
  useEffect(() => () => ahead.forget(), []);
  return ahead;
}

// The selected node that a drawing is asked to show. One that is in sight anyway changes nothing, so that a selection
// moves no boxes; one that is folded away brings itself in.
function useKept(keep, asked, drawing) {
  const held = useRef({ asked: "", keep: "" });
  const isAway = keep && drawing && !drawing.boxes.some((box) => box.id === keep || box.item === keep);
  if (held.current.asked !== asked || isAway) held.current = { asked, keep };
  return held.current.keep;
}

// A run may log its graph after it was looked at: ask at once while there is none, seldom otherwise.
export function newsMs(error) {
  return error?.status === 404 ? 0 : NEWS_MS;
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
