// How fresh the page is: a mark and a few words that are always visible, and the button that pauses.

import { formatDuration } from "./format.js";
import { h, useEffect, useReducer, useSession } from "./react.js";
import { session } from "./session.js";

const FRESH_SECS = 60;

export function LiveState() {
  const [, tick] = useReducer((count) => count + 1, 0);
  useSession(session, ["live", "runs"]);
  useEffect(() => {
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, []);
  const { look, text, title, action } = describeLive();
  return h(
    "button",
    { className: `live is-${look}`, title, onClick: action, type: "button" },
    h("span", { className: "live-dot", "aria-hidden": true }),
    h("span", { className: "live-text" }, text),
  );
}

function describeLive() {
  const { live } = session;
  const toggle = () => live.setPaused(!live.isPaused);
  if (live.state === "paused") {
    return { look: "paused", text: live.numHeld ? `paused · ${live.numHeld} new` : "paused", title: "Click to resume.", action: toggle };
  }
  if (live.state === "reading") return { look: "reading", text: "reading", title: "The logdir is read for the first time.", action: toggle };
  if (live.state === "stale") {
    const silence = formatDuration((Date.now() - live.lastHeard) / 1000, 1);
    return { look: "stale", text: `no answer · ${silence}`, title: "Click to try now.", action: () => live.retryNow() };
  }
  const title = "Live: new points appear within 200 ms. Click to pause.";
  if (session.isLoaded && session.runs.length === 0) return { look: "live", text: watching(live), title, action: toggle };
  const newest = Math.max(0, ...session.runs.map((run) => run.last_wall_time ?? 0));
  const age = Date.now() / 1000 - newest;
  if (age > FRESH_SECS) return { look: "idle", text: "up to date", title, action: toggle };
  return { look: "live", text: `live · ${formatDuration(age, 1)} ago`, title, action: toggle };
}

function watching({ lastLooked }) {
  return lastLooked ? `watching · ${formatDuration(Date.now() / 1000 - lastLooked, 1)} ago` : "watching";
}
