// Drawing that waits for the frame after the one in which it was asked for: what the hand did is seen first. It goes in
// slices between frames, what is pointed at and in view before the rest.

const SLICE_MS = 50; // a frame of canvases costs as much as a card or two, and what waits for it waits for nothing

const waiting = new Map(); // element → what draws in it
const texts = new Map(); // element → what writes the texts beside its drawing
const turns = new MessageChannel();
let order = []; // elements, as they are drawn in this slice
let isComing = false;
let sliceEnd = 0;
let began = null; // when the last drawing of this slice did

// Has `draw` called once for the element, in place of what waits for it already. What it returns is called before the next
// frame: texts that are written between drawings would have the page laid out for each of them.
export function drawLater(element, draw) {
  waiting.set(element, draw);
  if (!isComing) comeAfterFrame();
}

// Nothing is drawn in the element any more.
export function forgetDrawing(element) {
  waiting.delete(element);
  texts.delete(element);
}

// A message that is posted in a frame comes once that frame is painted.
function comeAfterFrame() {
  isComing = true;
  requestAnimationFrame(() => turns.port2.postMessage(null));
}

// Where elements stand is asked for before any is drawn, as it would have the page laid out anew after each.
turns.port1.onmessage = () => {
  sliceEnd = performance.now() + SLICE_MS;
  began = null;
  order = byUrgency([...waiting.keys()]);
  drawNext();
};

// One element a microtask, so that what its drawing leaves to them, as uPlot does, belongs to its time, and a slice is one
// task: between tasks the browser would show every card in a frame of its own.
function drawNext() {
  const now = performance.now();
  const isFull = began !== null && now + (now - began) > sliceEnd; // another such drawing would end after it
  const element = isFull ? null : order.find((one) => waiting.has(one));
  if (!element) {
    isComing = waiting.size > 0;
    if (isComing) comeAfterFrame();
    return;
  }
  began = now;
  const draw = waiting.get(element);
  waiting.delete(element);
  try {
    keepTexts(element, draw());
  } finally {
    queueMicrotask(drawNext);
  }
}

function keepTexts(element, write) {
  if (!write) return;
  if (texts.size === 0) requestAnimationFrame(writeTexts);
  texts.set(element, write);
}

function writeTexts() {
  const writers = [...texts.values()];
  texts.clear();
  for (const write of writers) write();
}

// What is pointed at, what is in view, what is nearest to it.
function byUrgency(elements) {
  const ranked = elements.map((element) => ({ element, rank: element.matches(":hover") ? -1 : distanceOf(element) }));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ element }) => element);
}

// Pixels between an element and what is seen of the page; 0 for one in view.
function distanceOf(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return Math.max(0, -bottom, top - innerHeight);
}
