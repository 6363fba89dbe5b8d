// Says which request failed, once a cause, until it works again or is old.

import { notify } from "./notifications.js";
import { session } from "./session.js";

session.on("error", (error) => {
  if (error.name === "AbortError" || session.live.state === "stale") return; // the live state says that already
  notify({ id: `request: ${error.message}`, tone: "bad", text: `Could not read the logs: ${error.message}`, detail: "Trying again." });
});
