// The React that Dash ships, and the few helpers that every component uses.
const { React } = window;

export const h = React.createElement;
export const { memo } = React;
export const { useCallback, useDeferredValue, useEffect, useId, useLayoutEffect, useMemo, useReducer, useRef, useState } = React;

// Draws the component again whenever one of the session's events fires.
export function useSession(session, events) {
  const [, redraw] = useReducer((count) => count + 1, 0);
  useEffect(() => {
    const offs = events.map((event) => session.on(event, redraw));
    redraw();
    return () => offs.forEach((off) => off());
  }, [session, events.join(" ")]);
}

// Listeners that stay the same, and do what those of the newest rendering do.
export function useLatest(listeners) {
  const latest = useRef(listeners);
  latest.current = listeners;
  return useMemo(() => Object.fromEntries(Object.keys(listeners).map((name) => [name, (...given) => latest.current[name](...given)])), []);
}

export function Icon({ name, size = 16 }) {
  return h("span", { className: `icon icon-${name}`, style: { width: size, height: size }, "aria-hidden": true });
}
