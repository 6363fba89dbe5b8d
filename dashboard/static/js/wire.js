// Decodes the answer of data/series; dashboard/api/wire.py describes the bytes.

const MAGIC = 0x53_44_52_42; // "BRDS", little-endian
const WIRE_VERSION = 5;
const HEADER_BYTES = 24;
const SERIES_BYTES = 112;
const FLAG_FLOAT64 = 1;
const FLAG_SMOOTHED = 2;
const FLAG_X = 4;
const FLAG_STEPS16 = 8;
const FLAG_STEPS32 = 16;

// → {version, series: [{run, tag, version, numTotal, numUnplaced, firstWall, counts, firstSteps, lastValue, steps, x, walls,
//    values, smoothed, segments, superseded, nonFinite}]}
export function decodeSeries(buffer) {
  const view = new DataView(buffer);
  if (view.getUint32(0, true) !== MAGIC || view.getUint16(4, true) !== WIRE_VERSION) {
    throw new Error("The server speaks another version of the data format. Load the page again.");
  }
  const numSeries = view.getUint32(8, true);
  const series = [];
  let place = HEADER_BYTES;
  for (let i = 0; i < numSeries; i += 1) {
    const [one, next] = decodeOne(buffer, view, place);
    series.push(one);
    place = next;
  }
  return { version: Number(view.getBigUint64(16, true)), series };
}

function decodeOne(buffer, view, start) {
  const numDrawn = view.getUint32(start + 24, true);
  const numSegments = view.getUint32(start + 28, true);
  const numNonFinite = view.getUint32(start + 32, true);
  const flags = view.getUint32(start + 36, true);
  let place = start + SERIES_BYTES;
  const take = (Type, length) => {
    const column = new Type(buffer, place, length);
    place += (column.byteLength + 7) & ~7;
    return column;
  };
  const firstWall = view.getFloat64(start + 40, true);
  const wallBase = view.getFloat64(start + 48, true);
  const takeWalls = (length) => new Walls(take(Float32Array, length), wallBase - firstWall);
  const stepBase = view.getFloat64(start + 104, true);
  const Steps = flags & FLAG_STEPS16 ? Uint16Array : flags & FLAG_STEPS32 ? Uint32Array : null;
  const takeSteps = (length) => (Steps ? addTo(take(Steps, length), stepBase) : take(Float64Array, length));
  const takeX = (length) => (flags & FLAG_X ? take(Float64Array, length) : null);
  const takeMarks = () => ({ steps: takeSteps(numNonFinite), x: takeX(numNonFinite), walls: takeWalls(numNonFinite), kinds: take(Uint32Array, numNonFinite) });
  const Values = flags & FLAG_FLOAT64 ? Float64Array : Float32Array;
  const one = {
    run: view.getUint32(start, true),
    tag: view.getUint32(start + 4, true),
    version: Number(view.getBigUint64(start + 8, true)),
    numTotal: Number(view.getBigUint64(start + 16, true)),
    numUnplaced: view.getUint32(start + 68, true),
    firstWall,
    ...decodeTally(view, start),
    lastValue: view.getFloat64(start + 96, true),
    steps: takeSteps(numDrawn),
    x: takeX(numDrawn), // null unless the x-axis is another metric
    walls: takeWalls(numDrawn),
    values: take(Values, numDrawn),
    smoothed: flags & FLAG_SMOOTHED ? take(Values, numDrawn) : null,
    segments: take(Uint32Array, numSegments),
    superseded: take(Uint32Array, numSegments),
    nonFinite: numNonFinite > 0 ? takeMarks() : flags & FLAG_X ? NO_MARKS_ON_X : NO_MARKS,
  };
  return [one, place];
}

// {counts: of NaN, +Inf, −Inf, firstSteps: of each}
function decodeTally(view, start) {
  const counts = [56, 60, 64].map((place) => view.getUint32(start + place, true));
  if (counts.every((count) => count === 0)) return NONE_COUNTED;
  return { counts, firstSteps: [72, 80, 88].map((place) => view.getFloat64(start + place, true)) };
}

// Times in seconds after the run's first point, which are made when they are asked for: most charts are of steps.
class Walls {
  #offsets;
  #base;
  #all = null;

  constructor(offsets, base) {
    this.#offsets = offsets;
    this.#base = base;
  }

  at(index) {
    return this.#offsets[index] + this.#base;
  }

  get all() {
    this.#all ??= addTo(this.#offsets, this.#base);
    return this.#all;
  }
}

// A loop, since Float64Array.from takes twenty times as long.
function addTo(column, offset) {
  const sums = new Float64Array(column.length);
  for (let i = 0; i < column.length; i += 1) sums[i] = column[i] + offset;
  return sums;
}

// What most series have, once for all of them.
const NONE_COUNTED = { counts: [0, 0, 0], firstSteps: [NaN, NaN, NaN] };
const NO_MARKS = { steps: new Float64Array(), x: null, walls: new Walls(new Float32Array(), 0), kinds: new Uint32Array() };
const NO_MARKS_ON_X = { ...NO_MARKS, x: new Float64Array() };
