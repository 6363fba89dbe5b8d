// The last of what the program printed, if that was logged.

import { CopyButton } from "../copy_button.js";
import { h, useLayoutEffect, useRef } from "../react.js";
import { Section } from "./section.js";
import { useAnswer } from "./use_answer.js";

export function Console({ run }) {
  const hasConsole = run.kinds.includes("console");
  const { answer, error } = useAnswer(hasConsole ? "data/console" : null, { run: run.name }, run.version);
  const text = useRef(null);
  const isAtEnd = useRef(true);
  // Follows what is printed, unless someone scrolled back.
  useLayoutEffect(() => {
    if (text.current && isAtEnd.current) text.current.scrollTop = text.current.scrollHeight;
  }, [answer?.text]);
  if (!hasConsole) return null;
  const scroll = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
    isAtEnd.current = scrollTop + clientHeight >= scrollHeight - 4;
  };
  return h(
    Section,
    { title: "Console", detail: answer && !answer.is_whole ? "its last 64 kB" : undefined, action: answer && h(CopyButton, { text: answer.text, label: "Copy", hasIcon: true, className: "ghost" }) },
    answer ? h("pre", { ref: text, className: "details-console", tabIndex: 0, "aria-label": "What the program printed last", onScroll: scroll }, answer.text) : h("p", { className: "details-plain", "aria-busy": !error }, error ? error.message : "Reading…"),
  );
}
