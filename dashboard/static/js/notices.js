// Says at the bottom edge what went wrong, once a cause, until it works again or is old.

import { session } from "./session.js";

const SHOWN_MS = 8_000;
let bar = null;
let timer = null;

session.on("error", (error) => {
  if (error.name === "AbortError" || session.live.state === "stale") return; // the live state says that already
  if (!bar) {
    bar = document.createElement("div");
    bar.className = "bottom-notice";
    bar.setAttribute("role", "status");
    document.body.append(bar);
  }
  bar.textContent = `Could not read the logs: ${error.message} Trying again.`;
  bar.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => {
    bar.hidden = true;
  }, SHOWN_MS);
});
