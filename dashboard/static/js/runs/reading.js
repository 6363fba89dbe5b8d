// The foot of the panel while the server reads a logdir for the first time: how much of it, and the time that is left.

import { describeReading } from "../live_words.js";
import { h, useEffect, useReducer } from "../react.js";
import { session } from "../session.js";

// What to show instead of the counts by status; null while nothing is read.
export function useReading() {
  const [, redraw] = useReducer((count) => count + 1, 0);
  useEffect(() => session.live.on("heard", redraw), []);
  const { isReading, numBytes, reading, state } = session.live;
  if (!isReading || state !== "reading" || !numBytes?.[1]) return null;
  return h("div", { className: "run-foot is-reading" }, describeReading(numBytes, (performance.now() - reading.at) / 1000, numBytes[0] - reading.numRead));
}
