// Decodes the answer of data/aggregates; dashboard/api/aggregates_wire.py describes the bytes.

const MAGIC = 0x41_44_52_42; // "BRDA", little-endian
const WIRE_VERSION = 2;
const HEADER_BYTES = 24;
const AGGREGATE_BYTES = 48;
const FLAG_SMOOTHED = 1;
const FLAG_BAND = 2;

// → {version, aggregates: [{group, tag, version, numTotal, numMembers, x, values, smoothed, low, high, least,
//    greatest, counts, lineStarts, last}]}; smoothed, low and high are null where they were not asked for
export function decodeAggregates(buffer) {
  const view = new DataView(buffer);
  if (view.getUint32(0, true) !== MAGIC || view.getUint16(4, true) !== WIRE_VERSION) {
    throw new Error("The server speaks another version of the data format. Load the page again.");
  }
  const aggregates = [];
  let place = HEADER_BYTES;
  for (let left = view.getUint32(8, true); left > 0; left -= 1) {
    const [one, next] = decodeOne(buffer, view, place);
    aggregates.push(one);
    place = next;
  }
  return { version: Number(view.getBigUint64(16, true)), aggregates };
}

function decodeOne(buffer, view, start) {
  const numDrawn = view.getUint32(start + 28, true);
  const numLines = view.getUint32(start + 32, true);
  const flags = view.getUint32(start + 36, true);
  let place = start + AGGREGATE_BYTES;
  const take = (Type, length) => {
    const column = new Type(buffer, place, length);
    place += (column.byteLength + 7) & ~7;
    return column;
  };
  const takeIf = (flag) => (flags & flag ? take(Float64Array, numDrawn) : null);
  const one = {
    group: view.getUint32(start, true),
    tag: view.getUint32(start + 4, true),
    version: Number(view.getBigUint64(start + 8, true)),
    numTotal: Number(view.getBigUint64(start + 16, true)),
    numMembers: view.getUint32(start + 24, true),
    x: take(Float64Array, numDrawn),
    values: take(Float64Array, numDrawn),
    smoothed: takeIf(FLAG_SMOOTHED),
    low: takeIf(FLAG_BAND),
    high: takeIf(FLAG_BAND),
    least: take(Float64Array, numDrawn), // of the runs
    greatest: take(Float64Array, numDrawn),
    counts: take(Uint32Array, numDrawn), // runs that have a value at each point
    lineStarts: take(Uint32Array, numLines),
    last: view.getFloat64(start + 40, true), // in the range or not
  };
  return [one, place];
}
