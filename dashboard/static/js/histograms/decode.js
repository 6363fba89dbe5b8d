// Decodes the answers of data/histograms; dashboard/api/histograms_wire.py describes the bytes.

const RIDGES_MAGIC = 0x48_44_52_42; // "BRDH", little-endian
const BUCKETS_MAGIC = 0x42_44_52_42; // "BRDB"
const WIRE_VERSION = 1;
const RIDGES_HEADER_BYTES = 24;
const CARD_BYTES = 88;
const BUCKETS_HEADER_BYTES = 16;
const HISTOGRAM_BYTES = 16;
const NO_RUN = 0xff_ff_ff_ff;
const FLAG_CUT = 1;
const STATISTICS = ["mean", "std", "median", "min", "max", "zeros", "num", "numNonFinite"];

// → {version, cards}; a card's `run` and `runs` are indices into the selection, its `tag` into the request, and
// its `run` is null where no selected run has the tag. Every statistic is a column with a value for each row.
export function decodeRidges(buffer) {
  const view = checked(buffer, RIDGES_MAGIC);
  const cards = [];
  let place = RIDGES_HEADER_BYTES;
  for (let i = view.getUint32(8, true); i > 0; i -= 1) {
    const [card, next] = decodeCard(buffer, view, place);
    cards.push(card);
    place = next;
  }
  return { version: Number(view.getBigUint64(16, true)), cards };
}

function decodeCard(buffer, view, start) {
  const whole = (index) => view.getUint32(start + 4 * index, true);
  const real = (index) => view.getFloat64(start + 48 + 8 * index, true);
  const [numRows, numColumns] = [whole(3), whole(4)];
  const take = taker(buffer, start + CARD_BYTES);
  const card = {
    tag: whole(0),
    run: whole(1) === NO_RUN ? null : whole(1),
    numRows,
    numColumns,
    numFlagged: whole(5),
    numLogged: whole(6),
    numReplaced: whole(7),
    numUnreadable: whole(8),
    numEvenBuckets: whole(9),
    isCut: (whole(10) & FLAG_CUT) !== 0,
    low: real(0),
    high: real(1),
    peak: real(2),
    edgesChangedStep: Number.isNaN(real(3)) ? null : real(3),
    firstWall: real(4),
    runs: take.column(Uint32Array, whole(2)),
    steps: take.column(Float64Array, numRows),
    walls: take.column(Float64Array, numRows),
  };
  for (const name of STATISTICS) card[name] = take.column(Float64Array, numRows);
  card.shares = take.column(Float32Array, numRows * numColumns);
  return [card, take.place];
}

// → Map from step to {lefts, rights, counts, total}
export function decodeBuckets(buffer) {
  const view = checked(buffer, BUCKETS_MAGIC);
  const histograms = new Map();
  let place = BUCKETS_HEADER_BYTES;
  for (let i = view.getUint32(8, true); i > 0; i -= 1) {
    const size = view.getUint32(place + 8, true);
    const take = taker(buffer, place + HISTOGRAM_BYTES);
    const [lefts, rights, counts] = [0, 1, 2].map(() => take.column(Float64Array, size));
    const total = counts.reduce((sum, count) => sum + count, 0);
    histograms.set(view.getFloat64(place, true), { lefts, rights, counts, total });
    place = take.place;
  }
  return histograms;
}

function checked(buffer, magic) {
  const view = new DataView(buffer);
  if (view.getUint32(0, true) !== magic || view.getUint16(4, true) !== WIRE_VERSION) {
    throw new Error("The server speaks another version of the data format. Load the page again.");
  }
  return view;
}

// Takes one column after another out of a buffer; each begins at a multiple of 8 bytes.
function taker(buffer, start) {
  return {
    place: start,
    column(Type, length) {
      const column = new Type(buffer, this.place, length);
      this.place += (column.byteLength + 7) & ~7;
      return column;
    },
  };
}
