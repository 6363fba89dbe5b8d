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
  const smoothed = Float64Array.from(values);
  const numFinite = numTotal - nonFinite.kinds.length; // no average knows of the others
  const perStep = numFinite > values.length ? pointsPerStep(steps, numFinite) : 0;
  let [sum, mass, before] = [0, 0, NaN];
  segments.forEach((start, i) => {
    if (superseded[i]) return;
    for (let at = start; at < (segments[i + 1] ?? values.length); at += 1) {
      const numPassed = perStep && before < steps[at] ? Math.max(1, (steps[at] - before) * perStep) : 1;
      const kept = weight ** numPassed;
      sum = sum * kept + values[at] * (1 - kept);
      mass = mass * kept + (1 - kept);
      smoothed[at] = sum / mass;
      before = steps[at];
    }
  });
  return smoothed;
}

function pointsPerStep(steps, numTotal) {
  const width = steps[steps.length - 1] - steps[0];
  return width > 0 ? (numTotal - 1) / width : 0;
}
