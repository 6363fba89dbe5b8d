// Keys of the page that work wherever the focus is, except in a field.

import { useEffect, useRef } from "../react.js";

// keys: a function by `event.key`
export function useKeys(keys) {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    const listen = (event) => {
      const isTyping = event.target.closest?.("input, select, textarea, [contenteditable]");
      if (isTyping || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const act = current.current[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}
