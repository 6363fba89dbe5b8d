// What there is to say of edits that were not kept.

import { notify } from "./notifications.js";
import { session } from "./session.js";

session.sidecar.on("refused", ({ label, error }) => {
  const why = error.status ? error.message : "The server does not answer.";
  notify({ id: "undo", tone: "bad", text: `Not kept: ${label}. ${why}` });
});
