// Lines as pixels: a page of cards has not the time that a canvas takes to stroke noisy lines of thousands of points.
// How much of each pixel a line covers is found first, then its colour is blended in once: nothing of a line that is seen
// through is darker where its pieces meet.

const FULL = 255;
const DENSE = 3; // points of a column
const LEAST = 0.02; // of a pixel
const MAX_DASHED_PX = 100_000; // longer ones lead far out of the picture

// Columns of pixels lie one after the other, as a line goes up and down in each.
let [width, height] = [1, 1];
let cover = new Uint8Array(1); // by the line that is drawn
let pixels = new Uint32Array(1); // of all lines: 0xAABBGGRR, the colours times their alpha
let [first, end] = [new Int32Array(1), new Int32Array(1)]; // rows of each column that the line covers
let [upper, lower] = [0, 0]; // rows between which any line covers some
let points = { x: new Float64Array(0), y: new Float64Array(0) };
let scratch = null;

// Begins a picture, in device pixels.
export function begin(numColumns, numRows) {
  [width, height] = [Math.max(1, numColumns), Math.max(1, numRows)];
  if (cover.length < width * height) [cover, pixels] = [new Uint8Array(width * height), new Uint32Array(width * height)];
  else pixels.fill(0, 0, width * height);
  if (end.length < width) [first, end] = [new Int32Array(width), new Int32Array(width)];
  first.fill(height);
  end.fill(0);
  [upper, lower] = [height, 0];
}

// Room for the points of a line, {x, y}: pixels from the picture's corner, all finite.
export function room(numPoints) {
  if (points.x.length < numPoints) points = { x: new Float64Array(numPoints), y: new Float64Array(numPoints) };
  return points;
}

// Draws a line through some of the points there. Where they lie closer than the columns, dashes are a hatch: along a line
// that goes up and down in each column they would be dust.
//   color   [red, green, blue]
//   dash    lengths of what is drawn and what is left out, in turns; empty for all of the line
export function stroke(from, to, { color, alpha, width: lineWidth, dash }) {
  const half = lineWidth / 2;
  const isDense = to - from > DENSE * (1 + Math.abs(points.x[to - 1] - points.x[from]));
  if (isDense) coverDense(from, to, half);
  else if (dash.length > 0) coverDashed(from, to, half, dash);
  else coverSparse(from, to, half);
  blend(color, Math.round(alpha * 256), isDense ? dash : []);
}

// Puts what is covered of the picture into a plot, where the picture's corner is at a place.
export function paint(context, left, above) {
  scratch ??= new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  const { canvas } = scratch;
  const tall = lower - upper;
  if (tall <= 0) return;
  if (canvas.width < width) canvas.width = width;
  if (canvas.height < tall) canvas.height = tall;
  scratch.putImageData(picture(tall), 0, 0);
  context.drawImage(canvas, 0, 0, width, tall, left, above + upper, width, tall);
}

// In each column what the points there span, with where the line comes in and goes out.
function coverDense(from, to, half) {
  const { x, y } = points;
  coverEnd(x[from], y[from], half);
  let [low, high] = [y[from], y[from]];
  let column = Math.floor(x[from]);
  for (let i = from + 1; i < to; i += 1) {
    const next = Math.floor(x[i]);
    if (next !== column) {
      const edge = Math.abs(next - column) === 1 ? y[i] + ((Math.max(next, column) - x[i]) * (y[i - 1] - y[i])) / (x[i - 1] - x[i]) : y[i - 1];
      coverColumn(column, Math.min(low, edge), Math.max(high, edge), half);
      if (Math.abs(next - column) > 1) coverSegment(x[i - 1], y[i - 1], x[i], y[i], half);
      low = high = Math.abs(next - column) === 1 ? edge : y[i];
      column = next;
    }
    if (y[i] < low) low = y[i];
    if (y[i] > high) high = y[i];
  }
  coverColumn(column, low, high, half);
  coverEnd(x[to - 1], y[to - 1], half);
}

function coverSparse(from, to, half) {
  const { x, y } = points;
  coverEnd(x[from], y[from], half);
  for (let i = from + 1; i < to; i += 1) coverSegment(x[i - 1], y[i - 1], x[i], y[i], half);
  coverEnd(x[to - 1], y[to - 1], half);
}

function coverDashed(from, to, half, dash) {
  const { x, y } = points;
  let [turn, left] = [0, dash[0]];
  for (let i = from + 1; i < to; i += 1) {
    const [dx, dy] = [x[i] - x[i - 1], y[i] - y[i - 1]];
    const length = Math.hypot(dx, dy);
    if (!(length < MAX_DASHED_PX)) coverSegment(x[i - 1], y[i - 1], x[i], y[i], half);
    for (let at = 0; at < length && length < MAX_DASHED_PX; ) {
      const isWhole = at + left <= length;
      const stop = isWhole ? at + left : length;
      if (turn % 2 === 0) coverSegment(x[i - 1] + (dx * at) / length, y[i - 1] + (dy * at) / length, x[i - 1] + (dx * stop) / length, y[i - 1] + (dy * stop) / length, half);
      left = isWhole ? dash[(turn += 1) % dash.length] : left - (length - at);
      at = stop;
    }
  }
}

function coverSegment(x0, y0, x1, y1, half) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  if (Math.abs(dx) < Math.abs(dy)) coverSteep(dy > 0 ? y0 : y1, dy > 0 ? y1 : y0, dx / dy, x0 - (y0 * dx) / dy, half);
  else if (dx !== 0) coverFlat(dx > 0 ? x0 : x1, dx > 0 ? x1 : x0, dy / dx, y0 - (x0 * dy) / dx, half);
}

// From column to column where the middle of a pixel lies on it; `start` is the height at the left edge.
function coverFlat(left, right, slope, start, half) {
  const reach = half * Math.sqrt(1 + slope * slope);
  const last = Math.min(width - 1, Math.floor(right - 0.5));
  for (let column = Math.max(0, Math.ceil(left - 0.5)); column <= last; column += 1) {
    const middle = start + slope * (column + 0.5);
    coverRows(column, middle - reach, middle + reach, FULL);
  }
}

// From row to row.
function coverSteep(top, bottom, slope, start, half) {
  const reach = half * Math.sqrt(1 + slope * slope);
  const last = Math.min(height - 1, Math.floor(bottom - 0.5));
  for (let row = Math.max(0, Math.ceil(top - 0.5)); row <= last; row += 1) {
    const middle = start + slope * (row + 0.5);
    const [left, right] = [middle - reach, middle + reach];
    const stop = Math.min(width, Math.ceil(right));
    for (let column = Math.max(0, Math.floor(left)); column < stop; column += 1) {
      coverPixel(column, row, FULL * (Math.min(right, column + 1) - Math.max(left, column)));
    }
  }
}

// What a line spans in a column, with its width: where it is steep, what it lacks is in the columns beside it.
function coverColumn(column, low, high, half) {
  if (column < -1 || column > width) return;
  const tall = high - low;
  const wanted = 2 * half * Math.sqrt(1 + tall * tall);
  const reach = Math.min(half, (wanted - tall) / 2);
  const beside = (wanted / (tall + 2 * reach) - 1) / 2;
  coverRows(column, low - reach, high + reach, FULL);
  if (beside < LEAST) return;
  coverRows(column - 1, low - reach, high + reach, FULL * beside);
  coverRows(column + 1, low - reach, high + reach, FULL * beside);
}

// Where a line begins or ends.
function coverEnd(x, y, half) {
  const stop = Math.min(width, Math.ceil(x + half));
  for (let column = Math.max(0, Math.floor(x - half)); column < stop; column += 1) {
    coverRows(column, y - half, y + half, FULL * (Math.min(x + half, column + 1) - Math.max(x - half, column)));
  }
}

function coverRows(column, low, high, strength) {
  const top = Math.max(0, Math.floor(low));
  const stop = Math.min(height, Math.ceil(high));
  if (column < 0 || column >= width || top >= stop) return;
  for (let row = top, place = column * height + top; row < stop; row += 1, place += 1) {
    const inside = row < low ? Math.min(row + 1, high) - low : row + 1 > high ? high - row : 1;
    if (cover[place] < strength * inside) cover[place] = strength * inside;
  }
  if (top < first[column]) first[column] = top;
  if (stop > end[column]) end[column] = stop;
}

function coverPixel(column, row, strength) {
  const place = column * height + row;
  if (cover[place] < strength) cover[place] = strength;
  if (row < first[column]) first[column] = row;
  if (row >= end[column]) end[column] = row + 1;
}

// Colour over what is there, as much as was covered; nothing is covered any more then. A hatch is dashed along columns and
// along rows, so that flat lines and spikes are.
function blend([red, green, blue], alpha, hatch) {
  const [redBlue, alphaGreen] = [(blue << 16) | red, (FULL << 16) | green];
  const period = Math.max(1, Math.round(hatch.reduce((sum, length) => sum + length, 0)));
  const drawn = hatch[0] ?? period;
  for (let column = 0; column < width; column += 1) {
    if (first[column] < upper) upper = first[column];
    if (end[column] > lower) lower = end[column];
    const stop = column * height + end[column];
    let phase = (column + first[column]) % period;
    for (let place = column * height + first[column]; place < stop; place += 1, phase = phase + 1 === period ? 0 : phase + 1) {
      const covered = cover[place];
      if (covered === 0) continue;
      cover[place] = 0;
      if (phase >= drawn) continue;
      const share = ((covered + (covered >> 7)) * alpha) >> 8; // of 256
      const rest = 256 - share;
      const below = pixels[place];
      const even = (Math.imul(redBlue, share) + Math.imul(below & 0xff00ff, rest) + 0x800080) >>> 8;
      const odd = Math.imul(alphaGreen, share) + Math.imul((below >>> 8) & 0xff00ff, rest) + 0x800080;
      pixels[place] = (even & 0xff00ff) | (odd & 0xff00ff00);
    }
    first[column] = height;
    end[column] = 0;
  }
}

// The rows that are covered, one after the other, colours not times their alpha.
function picture(tall) {
  const image = new ImageData(width, tall);
  const rows = new Uint32Array(image.data.buffer);
  for (let column = 0; column < width; column += 1) {
    for (let row = 0, place = column * height + upper; row < tall; row += 1, place += 1) {
      const pixel = pixels[place];
      if (pixel !== 0) rows[row * width + column] = pixel >>> 24 === FULL ? pixel : divide(pixel);
    }
  }
  return image;
}

function divide(pixel) {
  const alpha = pixel >>> 24;
  const part = (shift) => Math.min(FULL, Math.round((((pixel >>> shift) & FULL) * FULL) / alpha)) << shift;
  return (alpha << 24) | part(16) | part(8) | part(0);
}
