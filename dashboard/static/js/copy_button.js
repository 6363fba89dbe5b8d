// A button that copies text and says for a moment whether it did.

import { copyText } from "./clipboard.js";
import { Icon, h, useEffect, useRef, useState } from "./react.js";

const SAID_MS = 2_000;
const COPIED = { icon: "check", word: "Copied" };
const FAILED = { icon: "alert-triangle", word: "Could not copy" };

// text: what is copied, or a function that gives it, at once or later.
export function CopyButton({ text, label = "Copy details", className = "link", hasIcon = false }) {
  const [said, say] = useState(null);
  const timer = useRef(null);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    say((await isCopied(text)) ? COPIED : FAILED);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => say(null), SAID_MS);
  };
  return h(
    "button",
    { type: "button", className, onClick: copy },
    hasIcon && h(Icon, { name: said?.icon ?? "copy", size: 14 }),
    h("span", { "aria-live": "polite" }, said?.word ?? label),
  );
}

// Text that has to be asked for may not come: the server does not answer.
async function isCopied(text) {
  try {
    return await copyText(typeof text === "function" ? await text() : text);
  } catch {
    return false;
  }
}
