// A picture of lines as it is made: how much of each pixel the line covers that is drawn, and the colours of all so far.
// Columns of pixels lie one after the other, as a line goes up and down in each.

export const FULL = 255;

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

// Colour over what is there, as much as was covered; nothing is covered any more then. A hatch is dashed along columns and
// along rows, so that flat lines and spikes are.
//   ink     as `inkOf` gives it
//   hatch   lengths of what is drawn and what is left out, in turns; empty for all
export function blendCovered({ redBlue, alphaGreen, alpha }, hatch) {
  const { width, height, cover, pixels, first, end } = sheet;
  const period = Math.max(1, Math.round(hatch.reduce((sum, length) => sum + length, 0)));
  const drawn = hatch[0] ?? period;
  for (let column = 0; column < width; column += 1) {
    if (end[column] === 0) continue;
    if (first[column] < sheet.upper) sheet.upper = first[column];
    if (end[column] > sheet.lower) sheet.lower = end[column];
    const stop = column * height + end[column];
    let phase = (column + first[column]) % period;
    for (let place = column * height + first[column]; place < stop; place += 1, phase = phase + 1 === period ? 0 : phase + 1) {
      const covered = cover[place];
      if (covered === 0) continue;
      cover[place] = 0;
      if (phase >= drawn) continue;
      blendPixel(pixels, place, redBlue, alphaGreen, ((covered + (covered >> 7)) * alpha) >> 8);
    }
    first[column] = height;
    end[column] = 0;
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
