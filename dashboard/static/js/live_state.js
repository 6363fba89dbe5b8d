// How fresh the page is: a mark and a few words that are always visible, and the button that pauses.

import { addKey } from "./keys.js";
import { describeLive } from "./live_words.js";
import "./loss.js";
import { Icon, h, useEffect, useReducer, useRef, useSession } from "./react.js";
import { session } from "./session.js";

const LOSS_ICONS = ["alert-triangle", "x"];
const ANNOUNCED_MS = 30_000; // more often nobody wants to hear of it
const SPOKEN = { live: "Live", idle: "Up to date", paused: "Paused", reading: "Reading", stale: "No answer from the server" };

export function LiveState() {
  const [, tick] = useReducer((count) => count + 1, 0);
  useSession(session, ["live", "runs"]);
  useEffect(() => {
    const timer = setInterval(tick, 1000);
    const remove = addKey({ keys: ["Space"], label: "Pause or resume", group: "Everywhere", run: toggle });
    return () => {
      clearInterval(timer);
      remove();
    };
  }, []);
  const { look, text, title } = describeLive(collect());
  return h(
    window.React.Fragment,
    null,
    h(
      "button",
      { className: `live is-${look}`, title, onClick: look === "stale" ? () => session.live.retryNow() : toggle, type: "button" },
      look === "stale" ? h(Icon, { name: "alert-triangle", size: 14 }) : h("span", { className: "live-dot", "aria-hidden": true }),
      h("span", { className: "live-text" }, text),
    ),
    h(Announcement, { look }),
    h(LossIcons),
  );
}

// What tells of a lost server cannot be fetched from it any more, so it is in the document before.
function LossIcons() {
  return h("span", { className: "visually-hidden", "aria-hidden": true }, LOSS_ICONS.map((name) => h(Icon, { key: name, name })));
}

function toggle() {
  session.live.setPaused(!session.live.isPaused);
}

function collect() {
  const { live, arrivals, runs } = session;
  const isEmpty = session.isLoaded && runs.length === 0;
  return {
    state: live.state,
    silence: live.silence,
    shareRead: live.shareRead,
    numHeld: arrivals.numHeld,
    numRunsHeld: live.numRunsHeld,
    looked: isEmpty ? Math.max(0, live.now - live.lookedTime) : null,
    isRunning: runs.some((run) => run.state === "running"),
    age: arrivals.age(runs, live.now),
  };
}

// Tells a screen reader of another state, now and then, and never of the seconds.
function Announcement({ look }) {
  const said = useRef({ look: "live", at: -Infinity, text: "" });
  const now = performance.now();
  if (look !== said.current.look && now - said.current.at >= ANNOUNCED_MS) said.current = { look, at: now, text: SPOKEN[look] };
  return h("span", { className: "visually-hidden", role: "status" }, said.current.text);
}
