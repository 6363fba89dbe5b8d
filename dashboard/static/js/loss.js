// While the server does not answer, one line at the bottom edge says so, and of when the data are.

import { formatClock } from "./format.js";
import { describeLoss } from "./live_words.js";
import { notify } from "./notifications.js";
import { session } from "./session.js";

const SHOWN_AFTER_SECS = 5; // a server that is started again is back before

let timer = null;
let close = null;
let isDismissed = false; // until the server is back

session.on("live", () => {
  const isLost = session.live.state === "stale";
  if (isLost && timer === null) timer = setInterval(say, 1000);
  else if (!isLost && timer !== null) end();
});

function say() {
  const { live } = session;
  if (isDismissed || live.silence < SHOWN_AFTER_SECS) return;
  const nextTry = live.nextTryAt === null ? null : Math.max(0, live.nextTryAt - performance.now()) / 1000;
  close = notify({
    id: "loss",
    tone: "warn",
    ...describeLoss(live.silence, live.heardTime === null ? null : formatClock(live.heardTime), nextTry),
    action: { label: "Try now", run: () => live.retryNow() },
    seconds: Infinity,
    isQuiet: true,
    onDismiss: () => {
      isDismissed = true;
    },
  });
}

function end() {
  clearInterval(timer);
  close?.();
  timer = close = null;
  isDismissed = false;
}
