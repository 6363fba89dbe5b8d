// Asks the board apart from the page, which draws meanwhile: a large answer holds up this thread alone, and is handed over
// without a copy. A message has an `url`, or none if its answer is not wanted any more.

import { getBuffer } from "./http.js";

const asked = new Map(); // id → AbortController

self.onmessage = async ({ data: { id, url } }) => {
  if (!url) return asked.get(id)?.abort();
  const abort = new AbortController();
  asked.set(id, abort);
  try {
    const buffer = await getBuffer(url, {}, abort.signal);
    self.postMessage({ id, buffer }, [buffer]);
  } catch ({ message, status, body }) {
    self.postMessage({ id, failure: { message, status, body } });
  }
  asked.delete(id);
};

self.postMessage("ready");
