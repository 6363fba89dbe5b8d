// Where everything of a ridge plot stands, in CSS pixels.

const LEFT = 12;
const RIGHT = 56; // room for labels and the step chip
const AXIS = 22;
const AMPLITUDE = 74; // of the tallest column; more in an expanded card
const AMPLITUDE_SHARE = 0.315;
const ABOVE = 6;
const SINGLE_TOP = 16;

// The plot of a card's data at a size. Row 0 is the oldest and stands at the top, at the back.
export function makePlot(data, width, height) {
  const { numRows, numColumns, low, high } = data;
  const [x0, x1, bottom] = [LEFT, Math.max(LEFT + 1, width - RIGHT), height - AXIS];
  const isSingle = numRows === 1;
  const amplitude = isSingle ? bottom - SINGLE_TOP : Math.max(AMPLITUDE, Math.round(height * AMPLITUDE_SHARE));
  const top = isSingle ? bottom : Math.min(amplitude + ABOVE, bottom);
  const gap = numRows > 1 ? (bottom - top) / (numRows - 1) : 0;
  const columnWidth = (x1 - x0) / Math.max(1, numColumns);
  return {
    width,
    height,
    x0,
    x1,
    bottom,
    gap,
    columnWidth,
    amplitude,
    baseline: (row) => top + gap * row,
    xOf: (value) => x0 + ((value - low) / (high - low)) * (x1 - x0),
    valueOf: (x) => low + ((x - x0) / (x1 - x0)) * (high - low),
    columnOf: (x) => Math.max(0, Math.min(numColumns - 1, Math.floor((x - x0) / columnWidth))),
    contains: (x) => x >= x0 && x <= x1,
  };
}

// Height of a row's outline above its baseline at a column; a spike that is cut stands at the full amplitude.
export function outlineHeight(data, plot, row, column) {
  return Math.min(1, data.shares[row * data.numColumns + column] / data.peak) * plot.amplitude;
}

// The row whose outline is nearest to a point, among those that no newer row hides there.
export function nearestRow(data, plot, x, y) {
  const column = plot.columnOf(x);
  let best = data.numRows - 1;
  let bestDistance = Infinity;
  let horizon = Infinity;
  for (let row = data.numRows - 1; row >= 0; row -= 1) {
    const outline = plot.baseline(row) - outlineHeight(data, plot, row, column);
    if (outline < horizon && Math.abs(outline - y) < bestDistance) {
      best = row;
      bestDistance = Math.abs(outline - y);
    }
    horizon = Math.min(horizon, outline);
  }
  return best;
}

// The row whose step is nearest to a step.
export function nearestStep(data, step) {
  let best = 0;
  for (let row = 1; row < data.numRows; row += 1) {
    if (Math.abs(data.steps[row] - step) <= Math.abs(data.steps[best] - step)) best = row;
  }
  return best;
}
