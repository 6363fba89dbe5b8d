// The extent of a plot: what its axes span.

const PADDING = 0.05;

// [from, to] of the x-axis: the zoom, else all points of all lines.
export function rangeOfX(lines, zoom) {
  if (zoom) return zoom;
  let [low, high] = [Infinity, -Infinity];
  for (const { x } of lines) {
    for (const positions of [x.points, x.nonFinite]) {
      if (positions.length === 0) continue;
      low = Math.min(low, least(positions));
      high = Math.max(high, greatest(positions));
    }
  }
  if (low > high) return [0, 1];
  return low === high ? [low - 1, high + 1] : [low, high];
}

// [from, to] of the y-axis: the values in sight, with a little air; a log axis shows positive values only.
export function rangeOfY(lines, zoom, isLog) {
  let [low, high] = [Infinity, -Infinity];
  for (const { x, values } of lines) {
    for (let i = 0; i < values.length; i += 1) {
      if (zoom && (x.points[i] < zoom[0] || x.points[i] > zoom[1])) continue;
      if (isLog && values[i] <= 0) continue;
      if (values[i] < low) low = values[i];
      if (values[i] > high) high = values[i];
    }
  }
  if (low > high) return isLog ? [0.1, 10] : [0, 1];
  if (isLog) return low === high ? [low / 2, high * 2] : [low / (high / low) ** PADDING, high * (high / low) ** PADDING];
  const air = low === high ? Math.abs(low) * 0.1 || 1 : (high - low) * PADDING;
  return [low - air, high + air];
}

function least(positions) {
  let found = Infinity;
  for (const position of positions) if (position < found) found = position;
  return found;
}

function greatest(positions) {
  let found = -Infinity;
  for (const position of positions) if (position > found) found = position;
  return found;
}
