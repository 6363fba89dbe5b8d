// Where columns and rows stand. Pure numbers in px; the columns take less where the page is narrower.

const WIDE = { module: 280, forward: 178, saved: 190, gradients: 178, gap: 66, update: 148 };
const TIGHT = { module: 148, forward: 126, saved: 110, gradients: 118, gap: 52, update: 92 };
const MARGIN = { wide: 20, tight: 14, phone: 10 };
const PHONE_PX = 640;
const PHONE_MODULE = 116;
export const HEAD = 46;
const FOOT = 60;
const FEW = 9;
const HEIGHTS = { row: 54, inside: 47, few: 66, stack: 84, input: 46, quiet: 28, group: 40, inner: 28, end: 20 };
const STRETCH = { few: 46, many: 20 };
const CELL = 44;
const STACK_CELL = 58;
const INDENT = 16;

// -> {module, forward, …: {x, width}, width, isNarrow}
export function placeColumns(width) {
  const sum = (columns, margin) => Object.values(columns).reduce((a, b) => a + b, 2 * margin);
  const [least, most] = [sum(TIGHT, MARGIN.tight), sum(WIDE, MARGIN.wide)];
  const share = Math.min(1, Math.max(0, (width - least) / (most - least)));
  const isNarrow = width < PHONE_PX;
  const margin = isNarrow ? MARGIN.phone : MARGIN.tight + share * (MARGIN.wide - MARGIN.tight);
  let x = Math.max(margin, (width - most) / 2 + MARGIN.wide);
  const columns = {};
  for (const name of Object.keys(WIDE)) {
    const size = isNarrow && name === "module" ? PHONE_MODULE : Math.round(TIGHT[name] + share * (WIDE[name] - TIGHT[name]));
    columns[name] = { x: Math.round(x), width: size };
    x += size;
  }
  return { ...columns, width: Math.max(width, Math.round(x + margin)), isNarrow };
}

// Adds to each row its place: y, height, and of its cells cellY and cellHeight (from the row's y). -> {rows, height, frames}
// frames: the open groups at the top level, [{id, isStack, y, height}].
export function placeRows(rows, height) {
  const shown = rows.filter((row) => row.kind !== "group" && !row.is_quiet);
  const isFew = shown.length < FEW;
  const natural = rows.reduce((total, row) => total + naturalHeight(row, isFew), 0) + HEIGHTS.end * rows.filter(isFrame).length;
  const most = isFew ? STRETCH.few : STRETCH.many;
  const extra = shown.length ? Math.min(most, Math.max(0, (height - HEAD - FOOT - natural) / shown.length)) : 0;
  const placed = [];
  const frames = [];
  let y = 8;
  let frame = null;
  const close = () => {
    frame.height = y - frame.y + 4;
    frame = null;
    y += HEIGHTS.end;
  };
  for (const row of rows) {
    if (frame && row.depth === 0) close();
    if (isFrame(row)) frames.push((frame = { id: row.id, isStack: Boolean(row.blocks), y }));
    const isPlain = row.kind === "group" || row.is_quiet;
    const own = naturalHeight(row, isFew) + (isPlain ? 0 : extra);
    const cellHeight = isPlain ? 0 : row.kind === "stack" ? STACK_CELL : Math.min(CELL, own - 8);
    placed.push({ ...row, y, height: own, cellHeight, cellY: (own - cellHeight) / 2 - (row.kind === "stack" ? 5 : 0), indent: INDENT * row.depth });
    y += own;
  }
  if (frame) close();
  return { rows: placed, height: y + FOOT, frames };
}

function isFrame(row) {
  return row.kind === "group" && row.depth === 0;
}

function naturalHeight(row, isFew) {
  if (row.kind === "group") return row.depth === 0 ? HEIGHTS.group : HEIGHTS.inner;
  if (row.is_quiet) return HEIGHTS.quiet;
  if (row.kind === "stack") return HEIGHTS.stack;
  if (row.kind === "input") return HEIGHTS.input;
  if (isFew) return HEIGHTS.few;
  return row.depth ? HEIGHTS.inside : HEIGHTS.row;
}

const THICKEST = 36;
const THINNEST = 1.6;

// The thickness of a ribbon is linear in its bytes: the eye adds these up.
export function thickness(bytes, most, cellHeight) {
  return Math.max(THINNEST, Math.min(THICKEST, cellHeight - 6) * Math.min(1, bytes / Math.max(1, most)));
}

const LANES = { first: -46, px: 12, last: 7 }; // more than fit share the last

// What is read further below passes behind the rows between, in a lane of its own: {id of the upper row: offset}.
export function placeLanes(rows, flows) {
  const place = new Map(rows.map((row, i) => [row.id, i]));
  const lanes = [];
  const found = new Map();
  for (const [upper, lower] of flows) {
    const [from, to] = [place.get(upper), place.get(lower)];
    if (rows.slice(from + 1, to).every((row) => row.kind === "group" || row.is_quiet)) continue;
    let lane = lanes.findIndex((end) => end <= from);
    if (lane < 0) lane = lanes.push(0) - 1;
    lanes[lane] = to;
    found.set(upper, LANES.first + LANES.px * Math.min(lane, LANES.last));
  }
  return found;
}
