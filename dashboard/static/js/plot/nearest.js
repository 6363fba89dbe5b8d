// Which point is meant by the pointer.

// Index of the position nearest to x, in positions that rise within each segment; segments may overlap.
export function nearestPoint(positions, x) {
  let [low, high] = [0, positions.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (positions[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low > 0 && Math.abs(positions[low - 1] - x) <= Math.abs(positions[low] - x) ? low - 1 : low;
}

const REACH_PX = 30; // beside the pointer; a line that ended farther away is not meant

// The line whose point at the pointer's x is nearest to it: {line, index}; null without lines.
export function nearestLine(plot, lines, left, top) {
  const x = plot.posToVal(left, "x");
  let best = null;
  let shortest = Infinity;
  for (const line of lines) {
    if (line.values.length === 0) continue;
    const index = nearestPoint(line.x.points, x);
    const aside = Math.abs(plot.valToPos(line.x.points[index], "x") - left);
    const above = Math.abs(plot.valToPos((line.smoothed ?? line.values)[index], "y") - top);
    const distance = above + Math.max(0, aside - REACH_PX);
    if (distance < shortest) {
      shortest = distance;
      best = { line, index };
    }
  }
  return best;
}
