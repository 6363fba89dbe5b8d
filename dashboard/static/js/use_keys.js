// Keys of a component, for as long as it is drawn: what can be seen can be pressed.

import { addEscape, addKey } from "./keys.js";
import { useLayoutEffect, useRef } from "./react.js";

// list: what addKey takes without its group; the same keys at each drawing, what they do may change.
export function useKeys(group, list) {
  const current = useRef(list);
  current.current = list;
  useLayoutEffect(() => {
    const offs = list.map((entry, i) => addKey({ ...entry, group, run: entry.run && ((event) => current.current[i].run(event)) }));
    return () => offs.forEach((off) => off());
  }, []);
}

// What Esc closes while `isOpen`.
export function useEscape(isOpen, close) {
  const current = useRef(close);
  current.current = close;
  useLayoutEffect(() => (isOpen ? addEscape(() => current.current()) : undefined), [isOpen]);
}
