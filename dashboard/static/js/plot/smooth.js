// The moving average over the points that are drawn, for as long as the server's over all points is not there.

// Weight of the past per point, in [0, 1); → Float64Array, as long as the values. Between drawn points lie others that
// are not here: the past fades as if these stood evenly, so that the curve looks as the exact one will.
// It is made once for as long as the weight stays.
export function smoothDrawn(series, weight) {
  if (made.get(series)?.weight !== weight) made.set(series, { weight, smoothed: smooth(series, weight) });
  return made.get(series).smoothed;
}

const made = new WeakMap(); // series → {weight, smoothed}

function smooth({ steps, values, segments, superseded, numTotal, nonFinite }, weight) {
  const smoothed = new Float64Array(values);
  const numFinite = numTotal - nonFinite.kinds.length; // no average knows of the others
  const perStep = numFinite > values.length ? pointsPerStep(steps, numFinite) : 0;
  let [sum, mass, before, gap, kept] = [0, 0, NaN, NaN, weight];
  for (let i = 0; i < segments.length; i += 1) {
    if (superseded[i]) continue;
    const end = segments[i + 1] ?? values.length;
    for (let at = segments[i]; at < end; at += 1) {
      if (steps[at] - before !== gap) {
        gap = steps[at] - before;
        kept = perStep && gap > 0 ? weight ** Math.max(1, gap * perStep) : weight;
      }
      sum = sum * kept + values[at] * (1 - kept);
      mass = mass * kept + (1 - kept);
      smoothed[at] = sum / mass;
      before = steps[at];
    }
  }
  return smoothed;
}

function pointsPerStep(steps, numTotal) {
  const width = steps[steps.length - 1] - steps[0];
  return width > 0 ? (numTotal - 1) / width : 0;
}
