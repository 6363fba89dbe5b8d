// Says which request failed, once a cause, until it works again, is old, or turns out to be the end of a lost connection.

import { notify } from "./notifications.js";
import { session } from "./session.js";

let closes = []; // one for each line since the connection was last known to be lost

session.on("error", (error) => {
  if (error.name === "AbortError" || session.live.state === "stale") return; // the live state says that already
  closes.push(notify({ id: `request: ${error.message}`, tone: "bad", text: `Could not read the logs: ${error.message}`, detail: "Trying again." }));
});

session.on("live", () => {
  if (session.live.state !== "stale") return;
  for (const close of closes) close();
  closes = [];
});
