// While the server does not answer, one line at the bottom edge says so, and of when the data are. One that was started
// again with another token answers, but does not let the page in; a WebSocket does not say that.

import { formatClock } from "./format.js";
import { describeLoss, describeRefusal } from "./live_words.js";
import { notify } from "./notifications.js";
import { session } from "./session.js";

const SHOWN_AFTER_SECS = 5; // a server that is started again is back before
const ASKED_MS = 4_000;

let timer = null;
let close = null;
let isDismissed = false; // until the server is back
let refusal = null; // the server's sentence, if it asks for a token

session.on("live", () => {
  const isLost = session.live.state === "stale";
  if (isLost && session.live.nextTryAt !== null) findRefusal(); // a try has failed
  if (isLost && timer === null) timer = setInterval(say, 1000);
  else if (!isLost && timer !== null) end();
});

function say() {
  const { live } = session;
  if (isDismissed || live.silence < SHOWN_AFTER_SECS) return;
  const heard = live.heardTime === null ? null : formatClock(live.heardTime);
  const nextTry = live.nextTryAt === null ? null : Math.max(0, live.nextTryAt - performance.now()) / 1000;
  close = notify({
    id: "loss",
    tone: "warn",
    ...(refusal === null ? describeLoss(live.silence, heard, nextTry) : describeRefusal(refusal, heard)),
    action: refusal === null ? { label: "Try now", run: () => live.retryNow() } : { label: "Load again", run: () => location.reload() },
    seconds: Infinity,
    isQuiet: true,
    onDismiss: () => {
      isDismissed = true;
    },
  });
}

async function findRefusal() {
  try {
    await session.getJSON("data/tags", { kind: "none" }, AbortSignal.timeout(ASKED_MS));
    refusal = null;
  } catch (error) {
    refusal = error.status === 401 ? error.message : null;
  }
}

function end() {
  clearInterval(timer);
  close?.();
  timer = close = null;
  isDismissed = false;
  refusal = null;
}
