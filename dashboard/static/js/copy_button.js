// A button that copies text and says for a moment that it did.

import { copyText } from "./clipboard.js";
import { Icon, h, useEffect, useRef, useState } from "./react.js";

const SAID_MS = 2_000;

// text: what is copied, or a function that gives it, at once or later.
export function CopyButton({ text, label = "Copy details", className = "link", hasIcon = false }) {
  const [isCopied, setCopied] = useState(false);
  const timer = useRef(null);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    if (!(await copyText(typeof text === "function" ? await text() : text))) return;
    setCopied(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied(false), SAID_MS);
  };
  return h(
    "button",
    { type: "button", className, onClick: copy },
    hasIcon && h(Icon, { name: isCopied ? "check" : "copy", size: 14 }),
    h("span", { "aria-live": "polite" }, isCopied ? "Copied" : label),
  );
}
