// What a pointer does on a plot. A drag is told from a click by how far it goes, and its kind by the key that is down, or
// by what was chosen before.

import { addKey } from "../keys.js";
import { nextDrag, setNextDrag } from "./next_drag.js";

const DRAG_PX = 4;
const WHEEL_SHARE = 0.002; // of the range for each pixel of the wheel, as an exponent of e
const LINE_PX = 40; // of a wheel that counts lines

// Here only told.
const gestures = [
  ["Drag", "Zoom x on all cards"],
  ["Alt+Drag", "Zoom a box on one card"],
  ["Shift+Drag", "Select a range"],
  ["Mod+Wheel", "Zoom at the pointer"],
  ["Double-click", "Show everything again"],
  ["Click", "Hold the cursor, or let go"],
];
for (const [key, label] of gestures) addKey({ keys: [key], label, group: "Chart" });

// element: what the pointer is on. act: {
//   move(place), leave()              the pointer, unless it is a finger
//   click(place)                      also a tap
//   drag(kind, from, to)              while it goes on; kind is "zoom", "box" or "range"
//   drop(kind, from, to), cancel()    how it ends
//   zoom(place, factor)               by the wheel or a pinch; a factor below 1 shows less
//   reset() }
// Places are {left, top} in pixels of the element. → a function that takes all listeners off.
export function followPointer(element, act) {
  const ends = new AbortController();
  let drag = null; // {kind, from, isMoved}
  const listen = (name, listener, options = {}) => element.addEventListener(name, listener, { ...options, signal: ends.signal });
  listen("pointerdown", (event) => {
    if (event.button !== 0) return;
    const isTouch = event.pointerType === "touch";
    const kind = nextDrag() ?? (isTouch ? null : kindOf(event));
    drag = { kind, from: placeIn(element, event), isMoved: false };
    if (kind) element.setPointerCapture(event.pointerId);
  });
  listen("pointermove", (event) => {
    const place = placeIn(element, event);
    if (!drag?.kind) return event.pointerType !== "touch" && act.move(place);
    drag.isMoved ||= Math.hypot(place.left - drag.from.left, place.top - drag.from.top) >= DRAG_PX;
    if (drag.isMoved) act.drag(drag.kind, drag.from, clamp(element, place));
  });
  listen("pointerup", (event) => {
    const { kind, from, isMoved } = drag ?? {};
    if (drag && !isMoved) act.click(from);
    else if (drag && kind) {
      setNextDrag(null);
      act.drop(kind, from, clamp(element, placeIn(element, event)));
    }
    drag = null;
  });
  listen("pointercancel", () => {
    drag = null;
    act.cancel();
  });
  listen("pointerleave", (event) => event.pointerType !== "touch" && !drag && act.leave());
  listen("dblclick", () => act.reset());
  listen("wheel", (event) => turn(element, event, act), { passive: false });
  return () => ends.abort();
}

function kindOf({ shiftKey, altKey }) {
  return shiftKey ? "range" : altKey ? "box" : "zoom";
}

// A plain wheel scrolls the page; a pinch comes as a wheel with Ctrl.
function turn(element, event, act) {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  const pixels = event.deltaMode === 0 ? event.deltaY : event.deltaY * LINE_PX;
  act.zoom(placeIn(element, event), Math.exp(Math.max(-400, Math.min(400, pixels)) * WHEEL_SHARE));
}

function placeIn(element, event) {
  const box = element.getBoundingClientRect();
  return { left: event.clientX - box.left, top: event.clientY - box.top };
}

function clamp({ clientWidth, clientHeight }, { left, top }) {
  return { left: Math.max(0, Math.min(left, clientWidth)), top: Math.max(0, Math.min(top, clientHeight)) };
}
