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

// The line whose point at the pointer's x is nearest to it in height: {line, index}; null without lines.
export function nearestLine(plot, lines, left, top) {
  const x = plot.posToVal(left, "x");
  let best = null;
  let shortest = Infinity;
  for (const line of lines) {
    if (line.values.length === 0) continue;
    const index = nearestPoint(line.x.points, x);
    const distance = Math.abs(plot.valToPos(line.values[index], "y") - top);
    if (distance < shortest) {
      shortest = distance;
      best = { line, index };
    }
  }
  return best;
}
