// Copies the link of this view, and says what the link can't carry.

import { copyText } from "./clipboard.js";
import { notify } from "./notifications.js";
import { Popover } from "./overlay.js";
import { Icon, h, useEffect, useRef, useState } from "./react.js";
import { session } from "./session.js";

const SAID_MS = 2_000;
const TITLE = "Copy the link of this view";

export function Share() {
  const [isCopied, setCopied] = useState(false);
  const [isByHand, setByHand] = useState(false); // the browser lets no page copy
  const timer = useRef(null);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    if (!(await copyText(session.view.href()))) return setByHand(true);
    setCopied(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied(false), SAID_MS);
    sayLeftOut();
  };
  const button = { className: "share", title: TITLE, "aria-label": isCopied ? "Copied" : "Share", children: h(Face, { isCopied }) };
  if (isByHand) return h(Popover, { label: "Link of this view", button, align: "end", isOpenAtFirst: true, children: () => h(Link) });
  return h("button", { type: "button", ...button, onClick: copy });
}

// Both words have their place, so that the bar does not move.
function Face({ isCopied }) {
  const word = (text, isShown) => h("span", { className: isShown ? undefined : "is-away", "aria-hidden": !isShown }, text);
  return [
    h(Icon, { key: "icon", name: isCopied ? "check" : "share-2" }),
    h("span", { key: "words", className: "share-words", role: "status" }, word("Share", !isCopied), word("Copied", isCopied)),
  ];
}

function Link() {
  const sentences = session.view.leftOut().map(sayMissing);
  return h(
    "div",
    { className: "share-link" },
    h("input", { className: "mono", readOnly: true, value: session.view.href(), "aria-label": "Link of this view", "data-autofocus": true, onFocus: (event) => event.target.select() }),
    sentences.map((sentence) => h("p", { key: sentence }, sentence)),
  );
}

function sayLeftOut() {
  for (const one of session.view.leftOut()) {
    notify({ id: `share ${one.key}`, tone: "warn", text: sayMissing(one), detail: "They are kept in this tab only; the link opens without them." });
  }
}

function sayMissing({ noun, count }) {
  return `This view has ${count} ${noun} and does not fit a link.`;
}
