// Which row shows an item, and where the arrow keys go among rows. Pure functions over the rows in sight.

const OPERATIONS = "#ops";

// The row of an id: its own, else the innermost one whose module holds it.
export function findRow(rows, id) {
  if (!id) return undefined;
  const own = rows.find((row) => row.id === id);
  if (own) return own;
  const holding = rows.filter((row) => id.startsWith(`${row.item}/`) || row.item === id);
  const innermost = holding.reduce((best, row) => (!best || row.item.length > best.item.length ? row : best), undefined);
  if (innermost?.kind !== "group") return innermost;
  return rows.find((row) => row.kind === "operations" && row.item === innermost.item) ?? innermost;
}

// null: the row has nothing to go to; {toggle: id}: it opens or closes; {select: id}.
export function moveFrom(rows, row, key) {
  const place = rows.indexOf(row);
  if (rows.length === 0) return null;
  if (key === "Home" || place < 0) return { select: rows[0].id };
  if (key === "End") return { select: rows[rows.length - 1].id };
  if (key === "ArrowDown") return { select: rows[Math.min(rows.length - 1, place + 1)].id };
  if (key === "ArrowUp") return { select: rows[Math.max(0, place - 1)].id };
  if (key === "ArrowRight") return row.can_open ? { toggle: row.id } : null;
  if (row.kind === "group") return { toggle: row.id };
  return row.parent ? { select: row.parent } : null;
}

// The rows that are, or hold, one of some items.
export function rowsOf(rows, ids) {
  const found = new Set(ids.map((id) => findRow(rows, id)?.id).filter(Boolean));
  for (const row of rows) if (found.has(row.id) && row.parent) found.add(row.parent);
  return [...found];
}

// The rows that data pass from one row to another, both among them and in whichever order; null if none lead there.
export function rowsBetween(rows, flows, one, other) {
  const next = new Map(flows);
  for (const [from, to] of [[one, other], [other, one]]) {
    const path = [from];
    while (path.at(-1) !== to && next.has(path.at(-1))) path.push(next.get(path.at(-1)));
    if (path.at(-1) === to) return rowsOf(rows, path);
  }
  return null;
}

// What was logged of modules, by rows and, for values, by ids. A row of operations is a part of its module, which the
// norm and the ratio are of.
export function valuesOf({ grad_norm: norms = {}, update_ratio: ratios = {}, value: values = {} }) {
  const ofModule = (held) => (row) => (row.kind === "operations" ? undefined : held[row.item]);
  return { norm: ofModule(norms), ratio: ofModule(ratios), value: (id) => values[id] };
}

export function isOperations(id) {
  return id.endsWith(OPERATIONS);
}
