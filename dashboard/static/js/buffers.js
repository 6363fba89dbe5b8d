// Large answers of the board, asked for in a worker as soon as there is one: it is started after the first answer, as the
// first charts have no time to wait for it.

import { addressOf, getBuffer } from "./http.js";

const MAX_STARTED = 3; // workers; where each fails, the page asks by itself

let worker = null;
let isReady = false;
let numStarted = 0;
let numAsked = 0;
const waiting = new Map(); // id → {resolve, reject}

// As `getBuffer` of http.js.
export async function getLargeBuffer(url, params, signal) {
  if (isReady) return askWorker(addressOf(url, params), signal);
  const buffer = await getBuffer(url, params, signal);
  if (!worker && numStarted < MAX_STARTED) start();
  return buffer;
}

function start() {
  numStarted += 1;
  worker = new Worker(new URL("./buffer_worker.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }) => {
    if (data === "ready") isReady = true;
    else settle(data);
  };
  worker.onerror = () => {
    worker.terminate();
    worker = null; // the page asks by itself until another is ready
    isReady = false;
    for (const id of [...waiting.keys()]) settle({ id, failure: { message: "The request could not be made." } });
  };
}

function settle({ id, buffer, failure }) {
  const { resolve, reject } = waiting.get(id) ?? {};
  waiting.delete(id);
  if (buffer) resolve?.(buffer);
  else reject?.(Object.assign(new Error(failure.message), failure));
}

function askWorker(url, signal) {
  const id = (numAsked += 1);
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = () => {
      waiting.delete(id);
      worker.postMessage({ id });
      reject(signal.reason);
    };
    const ended = (act) => (given) => {
      signal?.removeEventListener("abort", abort);
      act(given);
    };
    signal?.addEventListener("abort", abort, { once: true });
    waiting.set(id, { resolve: ended(resolve), reject: ended(reject) });
    worker.postMessage({ id, url: String(url) });
  });
}
