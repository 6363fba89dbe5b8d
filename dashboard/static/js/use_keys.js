// Keys of a component, for as long as it is drawn.

import { addEscape, addKey } from "./keys.js";
import { useEffect, useRef } from "./react.js";

// list: what addKey takes without its group; the same keys at each drawing, what they do may change.
export function useKeys(group, list) {
  const current = useRef(list);
  current.current = list;
  useEffect(() => {
    const offs = list.map((entry, i) => addKey({ ...entry, group, run: entry.run && ((event) => current.current[i].run(event)) }));
    return () => offs.forEach((off) => off());
  }, []);
}

// What Esc closes while `isOpen`.
export function useEscape(isOpen, close) {
  const current = useRef(close);
  current.current = close;
  useEffect(() => (isOpen ? addEscape(() => current.current()) : undefined), [isOpen]);
}
