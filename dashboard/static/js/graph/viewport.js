// The viewpoint of the canvas: where the drawing lies and how large. Pure numbers; `canvas.js` shows them.

export const MIN_ZOOM = 0.1;
export const MAX_ZOOM = 3;
const TOP = 26;
const FITTED = { least: 0.82, most: 1.12, narrow: 0.63 };
const NARROW_PX = 520;
const BUTTONS_PX = 48;

// view: {k, x, y}; whole: {width, height} of the canvas; inset: px at its top that are covered; drawing: {left, right, height}.
export function openingView(drawing, whole, inset = 0) {
  const size = freeSize(whole, inset);
  const fitting = wholeZoom(drawing, size);
  const least = size.width < NARROW_PX ? FITTED.narrow : FITTED.least;
  return lowered(placed(drawing, size, Math.max(least, Math.min(FITTED.most, fitting))), inset);
}

export function fittedView(drawing, whole, inset = 0) {
  const size = freeSize(whole, inset);
  return lowered(placed(drawing, size, clamp(Math.min(FITTED.most, wholeZoom(drawing, size)))), inset);
}

function lowered(view, px) {
  return { ...view, y: view.y + px };
}

// On a narrow canvas the buttons stand in a row below the drawing.
function freeSize({ width, height }, inset) {
  return { width, height: height - inset - (width < NARROW_PX ? BUTTONS_PX : 0) };
}

function wholeZoom(drawing, size) {
  return Math.min((size.width - 48) / Math.max(1, drawing.left + drawing.right), (size.height - 52) / Math.max(1, drawing.height));
}

function placed(drawing, size, k) {
  const isTaller = drawing.height * k > size.height - 40;
  return { k, x: centre(drawing, size, k), y: isTaller ? TOP : (size.height - drawing.height * k) / 2 };
}

// The drawing in the middle; one that is wider than the canvas from its left edge on, where names begin, but never so that
// the spine is out of sight.
function centre(drawing, size, k) {
  if ((drawing.left + drawing.right) * k <= size.width - 24) return size.width / 2 - ((drawing.right - drawing.left) / 2) * k;
  return Math.min(size.width * 0.62, Math.max(size.width * 0.38, drawing.left * k + 12));
}

export function zoomedAt(view, factor, x, y) {
  const k = clamp(view.k * factor);
  return { k, x: x - ((x - view.x) * k) / view.k, y: y - ((y - view.y) * k) / view.k };
}

function clamp(k) {
  return Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, k));
}

const EDGE_PX = 24;
const HEAD_PX = 50;

// The same view if the head of a box is in sight, else one with the box in the middle (or its top at the top).
export function revealing(view, box, size) {
  const [left, top] = [box.x * view.k + view.x, box.y * view.k + view.y];
  const [width, height] = [box.width * view.k, box.height * view.k];
  const head = Math.min(height, HEAD_PX * view.k);
  const isBeside = left > size.width - EDGE_PX || left + width < EDGE_PX || (width < size.width && (left < 0 || left + width > size.width));
  const isOver = top < 0 || top + head > size.height - EDGE_PX;
  if (!isBeside && !isOver) return view;
  const x = isBeside ? (size.width - width) / 2 - box.x * view.k : view.x;
  const y = Math.max(EDGE_PX, (size.height - height) / 2) - box.y * view.k;
  return { k: view.k, x, y: isOver ? y : view.y };
}

export function zoomedTo(box, size) {
  const k = clamp(Math.min(1.5, (size.width - 80) / box.width, (size.height - 80) / box.height));
  return { k, x: size.width / 2 - (box.x + box.width / 2) * k, y: size.height / 2 - (box.y + box.height / 2) * k };
}

export function isAllInSight(drawing, view, size) {
  const left = view.x - drawing.left * view.k;
  const right = view.x + drawing.right * view.k;
  return left >= -1 && right <= size.width + 1 && view.y >= -1 && view.y + drawing.height * view.k <= size.height + 1;
}

// Whether a box, not only a group around others, lies in the lower left corner of the canvas. corner: {width, height}
export function isCornerTaken({ boxes }, view, size, corner) {
  const top = size.height - corner.height;
  return boxes.some((box) => {
    const [left, upper] = [box.x * view.k + view.x, box.y * view.k + view.y];
    return box.kind !== "group" && left < corner.width && left + box.width * view.k > 0 && upper < size.height && upper + box.height * view.k > top;
  });
}

// What is drawn at a zoom: boxes only, names, everything.
export function zoomLevel(k) {
  return k < 0.35 ? "far" : k < 0.62 ? "middle" : "near";
}

// From near, modules say more.
export function isClose(k) {
  return k > 1.5;
}

// What a link carries of a view: the zoom, and what of the drawing is in the middle.
export function placeOf(view, size) {
  return { k: view.k, x: (size.width / 2 - view.x) / view.k, y: (size.height / 2 - view.y) / view.k };
}

export function viewAt({ k, x, y }, size) {
  const zoom = clamp(k);
  return { k: zoom, x: size.width / 2 - x * zoom, y: size.height / 2 - y * zoom };
}
