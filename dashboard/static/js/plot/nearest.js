// Which point is meant by the pointer.

const REACH_PX = 30; // beside the pointer; a line that ended farther away is not meant

// The points of a line that no restart replaced, in the order of x: {indices, x}.
export function currentPoints(line, positions) {
  const indices = [];
  line.segments.forEach((start, i) => {
    const stop = line.segments[i + 1] ?? positions.length;
    if (!line.superseded[i]) for (let index = start; index < stop; index += 1) indices.push(index);
  });
  const isSorted = indices.every((index, i) => i === 0 || positions[indices[i - 1]] <= positions[index]);
  if (!isSorted) indices.sort((a, b) => positions[a] - positions[b] || a - b);
  return { indices, x: Float64Array.from(indices, (index) => positions[index]) };
}

// Place of the value nearest to x, in values that do not fall; of equal ones the first.
export function nearestIndex(values, x) {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low > 0 && Math.abs(values[low - 1] - x) <= Math.abs(values[low] - x) ? low - 1 : low;
}

// The point of a line nearest to x on the axis, as an index into its columns.
export function nearestPoint(line, x) {
  return line.current.indices[nearestIndex(line.current.x, x)];
}

// The line whose point at the pointer's x is nearest to it: {line, index}; null without lines.
export function nearestLine(plot, lines, left, top) {
  const x = plot.posToVal(left, "x");
  let best = null;
  let shortest = Infinity;
  for (const line of lines) {
    if (line.current.x.length === 0) continue;
    const index = nearestPoint(line, x);
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
