// A picture of lines as it is made: how much of each pixel the line covers that is drawn, and the colours of all so far.
// Columns of pixels lie one after the other, as a line goes up and down in each.

export const FULL = 255;
const FAINT = 0.3; // what is between dashes, of their alpha

export const sheet = {
  width: 1,
  height: 1,
  cover: new Uint8Array(1), // by the line that is drawn, as far as it is not blended in yet
  pixels: new Uint32Array(1), // 0xAABBGGRR, the colours times their alpha
  first: new Int32Array(1), // rows of each column that the line covers
  end: new Int32Array(1), // 0 where it covers none
  upper: 0, // rows between which there is colour
  lower: 0,
};

let scratch = null;
let image = null;

// Begins a picture, in device pixels.
export function begin(numColumns, numRows) {
  const [width, height] = [Math.max(1, numColumns), Math.max(1, numRows)];
  const size = width * height;
  if (sheet.pixels.length < size) Object.assign(sheet, { cover: new Uint8Array(size), pixels: new Uint32Array(size) });
  else sheet.pixels.fill(0, 0, size);
  if (sheet.end.length < width) Object.assign(sheet, { first: new Int32Array(width), end: new Int32Array(width) });
  Object.assign(sheet, { width, height, upper: height, lower: 0 });
  sheet.first.fill(height);
  sheet.end.fill(0);
}

// A copy of the picture so far, for `restore`.
export function keep() {
  const { width, height, pixels, upper, lower } = sheet;
  return { pixels: pixels.slice(0, width * height), upper, lower };
}

// In place of the picture so far, one of the same size.
export function restore({ pixels, upper, lower }) {
  sheet.pixels.set(pixels);
  Object.assign(sheet, { upper, lower });
}

// Colour over what is there, as much as was covered; nothing is covered any more then. Dashes lie along the columns. No
// point is lost between them: where the line goes up and down it is faint there, and a spike, far out of what is covered
// beside it, as strong as a dash.
//   ink     as `inkOf` gives it
//   dash    columns of a dash and of what is between two; empty for all of the line
//   thick   rows that a line covers which is nearly flat
export function blendCovered({ redBlue, alphaGreen, alpha }, dash, thick = 0) {
  const { width, height, cover, pixels, first, end } = sheet;
  const beside = dash.length > 0 ? new Beside(dash, thick) : null;
  for (let column = 0; column < width; column += 1) {
    if (end[column] === 0) continue;
    if (first[column] < sheet.upper) sheet.upper = first[column];
    if (end[column] > sheet.lower) sheet.lower = end[column];
    const strength = beside ? Math.round(alpha * beside.strengthOf(column, first[column], end[column])) : alpha;
    const stop = column * height + end[column];
    for (let place = column * height + first[column]; place < stop; place += 1) {
      const covered = cover[place];
      if (covered === 0) continue;
      cover[place] = 0;
      blendPixel(pixels, place, redBlue, alphaGreen, ((covered + (covered >> 7)) * strength) >> 8);
    }
    first[column] = height;
    end[column] = 0;
  }
}

// The rows that a dashed line covers in the columns just before, spikes left out, which tell a spike.
class Beside {
  constructor([drawn, left], thick) {
    this.thick = thick;
    this.drawn = Math.max(1, Math.round(drawn));
    this.period = this.drawn + Math.max(1, Math.round(left));
    this.share = 1 - this.drawn / this.period; // how far a line that only rises gets between dashes, of what it rises in a period
    this.begin = -1; // column of the dash
    this.now = [Infinity, -Infinity]; // rows of this dash and what follows it
    this.before = this.now; // of the one before
    this.away = this.now; // of the column just before, if it touches none of these
  }

  // In a column, of its alpha.
  strengthOf(column, first, end) {
    const phase = column % this.period;
    if (column - phase !== this.begin) {
      this.begin = column - phase;
      this.before = this.now;
      this.now = [Infinity, -Infinity];
    }
    const top = Math.min(this.now[0], this.before[0]);
    const bottom = Math.max(this.now[1], this.before[1]);
    const slack = 2 + this.share * (bottom - top);
    const isSpike = top < bottom && (top - first > slack || end - bottom > slack) && !this.staysAway(first, end, top, bottom);
    if (!isSpike) this.now = [Math.min(this.now[0], first), Math.max(this.now[1], end)];
    if (phase < this.drawn || isSpike) return 1;
    return end - first > this.thick ? FAINT : 0;
  }

  // Whether the line went to another level: it is there in a second column, and does not touch the rows it had.
  staysAway(first, end, top, bottom) {
    const isAway = end <= top || first >= bottom;
    const stays = isAway && first < this.away[1] && end > this.away[0];
    this.away = isAway ? [first, end] : [Infinity, -Infinity];
    return stays;
  }
}

// A colour, [red, green, blue], and its alpha, as they are blended in.
export function inkOf([red, green, blue], alpha) {
  return { redBlue: (blue << 16) | red, alphaGreen: (FULL << 16) | green, alpha: Math.round(alpha * 256) };
}

// The same from one height to another, both inside of the picture, of a column whose pixels begin at a place.
export function blendRows(place, low, high, ink) {
  const { pixels } = sheet;
  const top = low | 0;
  const last = high | 0;
  if (top < sheet.upper) sheet.upper = top;
  if (last >= sheet.lower) sheet.lower = last + 1;
  const { redBlue, alphaGreen, alpha } = ink;
  if (last === top) return blendPixel(pixels, place + top, redBlue, alphaGreen, ((high - low) * alpha) | 0);
  blendPixel(pixels, place + top, redBlue, alphaGreen, ((top + 1 - low) * alpha) | 0);
  for (let row = place + top + 1; row < place + last; row += 1) blendPixel(pixels, row, redBlue, alphaGreen, alpha);
  blendPixel(pixels, place + last, redBlue, alphaGreen, ((high - last) * alpha) | 0);
}

// share: how much of the pixel is of the ink, of 256
function blendPixel(pixels, place, redBlue, alphaGreen, share) {
  const rest = 256 - share;
  const below = pixels[place];
  const even = (Math.imul(redBlue, share) + Math.imul(below & 0xff00ff, rest) + 0x800080) >>> 8;
  const odd = Math.imul(alphaGreen, share) + Math.imul((below >>> 8) & 0xff00ff, rest) + 0x800080;
  pixels[place] = (even & 0xff00ff) | (odd & 0xff00ff00);
}

// Puts the picture into a plot, where its corner is at a place.
export function paint(context, left, above) {
  const { width, upper } = sheet;
  const tall = sheet.lower - upper;
  if (tall <= 0) return;
  scratch ??= new OffscreenCanvas(width, tall).getContext("2d", { willReadFrequently: true });
  const { canvas } = scratch;
  if (canvas.width < width) canvas.width = width;
  if (canvas.height < tall) canvas.height = tall;
  scratch.putImageData(imageOf(width, tall), 0, 0, 0, 0, width, tall);
  context.drawImage(canvas, 0, 0, width, tall, left, above + upper, width, tall);
}

// The rows that hold colour, one after the other, colours not times their alpha; there is room for more in what is kept.
function imageOf(width, tall) {
  const { height, pixels, upper } = sheet;
  if (!image || image.width < width || image.height < tall) image = new ImageData(Math.max(width, image?.width ?? 0), Math.max(tall, image?.height ?? 0));
  const rows = new Uint32Array(image.data.buffer);
  const stride = image.width;
  for (let column = 0; column < width; column += 1) {
    const above = column * height + upper;
    for (let row = 0; row < tall; row += 1) {
      const pixel = pixels[above + row];
      rows[row * stride + column] = pixel === 0 || pixel >>> 24 === FULL ? pixel : divide(pixel);
    }
  }
  return image;
}

function divide(pixel) {
  const alpha = pixel >>> 24;
  const scale = FULL / alpha;
  const red = Math.min(FULL, Math.round((pixel & FULL) * scale));
  const green = Math.min(FULL, Math.round(((pixel >>> 8) & FULL) * scale));
  const blue = Math.min(FULL, Math.round(((pixel >>> 16) & FULL) * scale));
  return (alpha << 24) | (blue << 16) | (green << 8) | red;
}
