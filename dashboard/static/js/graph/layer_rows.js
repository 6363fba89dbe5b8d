// The order of the layer table, and which of its rows are in sight. Pure.

// Sorts what each scope holds among itself, so that the tree stays one. sort: {order(row) → number, isDown}, or null
export function sortedRows(rows, sort) {
  if (!sort) return rows;
  const roots = [];
  const path = [];
  for (const row of rows) {
    const node = { row, below: [] };
    path.length = row.depth;
    (path.at(-1)?.below ?? roots).push(node);
    path.push(node);
  }
  const sign = sort.isDown ? -1 : 1;
  const flat = (nodes) =>
    nodes.toSorted((a, b) => sign * (sort.order(a.row) - sort.order(b.row))).flatMap(({ row, below }) => [row, ...flat(below)]);
  return flat(roots);
}

const BESIDE = 12; // rows drawn above and below those in sight
const MANY = 120; // fewer are all drawn

// → [first, behind the last] of the rows to draw; place: {top, height} of what is in sight, in px
export function rowsInSight(count, place, rowPx) {
  if (count <= MANY) return [0, count];
  const first = Math.max(0, Math.min(count - 1, Math.floor(place.top / rowPx)) - BESIDE);
  return [first, Math.min(count, Math.ceil((place.top + place.height) / rowPx) + BESIDE)];
}

// Where a key leads from row `at`; null where it is no key of the table.
export function rowStep(rows, at, key) {
  const last = rows.length - 1;
  const moves = { ArrowDown: Math.min(last, at + 1), ArrowUp: Math.max(0, at - 1), Home: 0, End: last, PageDown: Math.min(last, at + 12), PageUp: Math.max(0, at - 12) };
  return moves[key] ?? null;
}

// The row of the scope that holds row `at`.
export function outerRow(rows, at) {
  for (let i = at - 1; i >= 0; i -= 1) if (rows[i].depth < rows[at].depth) return i;
  return at;
}
