// The edge of the run panel: dragged or moved by the arrow keys it sets the panel's width, which is kept.

import { preference, setPreference } from "./preferences.js";
import { h, useRef, useSession } from "./react.js";
import { session } from "./session.js";

const MIN_PX = 240;
const MAX_PX = 560;
const USUAL_PX = 344;
const STEP_PX = 16;
const BIG_STEP_PX = 64;

export default function PanelEdge() {
  useSession(session, ["preference"]);
  const edge = useRef(null);
  const width = preference("runs.width");
  return h("div", {
    ref: edge,
    className: "panel-edge",
    role: "separator",
    tabIndex: 0,
    title: "Drag to set the width; double-click for the usual one",
    "aria-label": "Width of the run panel",
    "aria-orientation": "vertical",
    "aria-controls": "run-panel",
    "aria-valuemin": MIN_PX,
    "aria-valuemax": MAX_PX,
    "aria-valuenow": width,
    "aria-valuetext": `${width} pixels`,
    onPointerDown: (event) => drag(event, edge.current),
    onKeyDown: (event) => press(event, width),
    onDoubleClick: () => setPreference("runs.width", USUAL_PX),
  });
}

const clamp = (px) => Math.round(Math.min(MAX_PX, Math.max(MIN_PX, px)));

function press(event, width) {
  const step = event.shiftKey ? BIG_STEP_PX : STEP_PX;
  const next = { ArrowLeft: width - step, ArrowRight: width + step, Home: MIN_PX, End: MAX_PX }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  setPreference("runs.width", clamp(next));
}

// The page follows the pointer once a frame; what is kept is where it was let go.
function drag(event, edge) {
  if (event.button !== 0) return;
  event.preventDefault();
  edge.setPointerCapture(event.pointerId);
  const { left } = edge.parentElement.getBoundingClientRect();
  let width = preference("runs.width");
  let frame = 0;
  const follow = ({ clientX }) => {
    width = clamp(clientX - left);
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      document.documentElement.style.setProperty("--w-runs", `${width}px`);
    });
  };
  const stop = () => {
    cancelAnimationFrame(frame);
    edge.removeEventListener("pointermove", follow);
    setPreference("runs.width", width);
  };
  edge.addEventListener("pointermove", follow);
  edge.addEventListener("lostpointercapture", stop, { once: true });
}
