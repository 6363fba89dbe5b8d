// Values of the view in a component: it is drawn again when they change.

import { useEffect, useReducer } from "./react.js";
import { session } from "./session.js";

// The value of a key.
export function useViewKey(key) {
  useRedraw((keys) => keys.has(key), key);
  return session.view.get(key);
}

// All values of a page, by their names.
export function useViewOf(page) {
  useRedraw((keys) => [...keys].some((key) => key.startsWith(`${page}.`)), page);
  return session.view.ofPage(page);
}

function useRedraw(concerns, what) {
  const [, redraw] = useReducer((count) => count + 1, 0);
  useEffect(() => {
    redraw();
    return session.on("view", (keys) => concerns(keys) && redraw());
  }, [what]);
}
