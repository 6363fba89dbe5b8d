// Which tags fit a filter: a regex, or a text as it is if it is none. A regex may come from a link and take ages on a
// long name, so all but the simplest are matched in a worker, for a moment at most.

import { notify } from "../notifications.js";
import { useEffect, useMemo, useState } from "../react.js";

const LIMIT_MS = 500;
const MAY_BACKTRACK = /[*+?{(]/;

let worker = null;
let queue = Promise.resolve();

// → promise of a Set of those of the tags that fit
export async function matchTags(filter, tags) {
  return matchAtOnce(filter, tags) ?? new Set(await matchApart(filter, tags));
}

// Those that fit; null if that may take long.
function matchAtOnce(filter, tags) {
  const pattern = readRegex(filter);
  if (pattern && MAY_BACKTRACK.test(filter)) return null;
  return new Set(pattern ? tags.filter((tag) => pattern.test(tag)) : findText(filter, tags));
}

function readRegex(filter) {
  try {
    return new RegExp(filter, "i");
  } catch {
    return null;
  }
}

function findText(filter, tags) {
  const text = filter.toLowerCase();
  return tags.filter((tag) => tag.toLowerCase().includes(text));
}

// One after the other, as a worker that is ended answers nobody.
function matchApart(filter, tags) {
  queue = queue.then(() => askWorker(filter, tags));
  return queue;
}

function askWorker(filter, tags) {
  worker ??= new Worker(new URL("./regex_worker.js", import.meta.url), { type: "module" });
  return new Promise((resolve) => {
    const giveUp = (text) => {
      worker.terminate();
      worker = null;
      notify({ id: "slow-filter", tone: "warn", text, detail: "It is searched as plain text." });
      resolve(findText(filter, tags));
    };
    let timer = setTimeout(() => giveUp("The filter could not be matched."), 20 * LIMIT_MS); // loading it takes its time
    worker.onerror = () => {
      clearTimeout(timer);
      giveUp("The filter could not be matched.");
    };
    worker.onmessage = ({ data }) => {
      clearTimeout(timer);
      if (data !== "ready") return resolve(data.map((place) => tags[place]));
      timer = setTimeout(() => giveUp("The filter takes too long on these tags."), LIMIT_MS);
    };
    worker.postMessage({ filter, texts: tags });
  });
}

// The tags that fit, of a Map of all; while that is being found out what fitted last, and null before.
export function useMatches(tags, filter) {
  const names = useMemo(() => (tags ? [...tags.keys()] : []), [tags]);
  const atOnce = useMemo(() => matchAtOnce(filter, names), [names, filter]);
  const [apart, setApart] = useState(null);
  useEffect(() => {
    if (atOnce) return undefined;
    let isCurrent = true;
    matchTags(filter, names).then((found) => isCurrent && setApart(found));
    return () => {
      isCurrent = false;
    };
  }, [names, filter, atOnce]);
  return atOnce ?? apart;
}
