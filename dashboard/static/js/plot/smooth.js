// The moving average over the points that are drawn, for as long as the server's over all points is not there.

const MAX_GAP = 256; // steps between points of which powers are kept

// Weight of the past per point, in [0, 1); → Float64Array, as long as the values. Between drawn points lie others that
// are not here: the past fades as if these stood evenly, so that the curve looks as the exact one will.
// It is made once for as long as the weight stays; the array of another weight is written over.
export function smoothDrawn(series, weight) {
  const known = made.get(series) ?? { weight: null, smoothed: new Float64Array(series.values) };
  if (known.weight !== weight) smooth(series, weight, known.smoothed);
  known.weight = weight;
  made.set(series, known);
  return known.smoothed;
}

const made = new WeakMap(); // series → {weight, smoothed}
const powers = new Float64Array(MAX_GAP); // what is left of the past after a gap; NaN while it is not known

function smooth({ steps, values, segments, superseded, numTotal, nonFinite }, weight, smoothed) {
  const numFinite = numTotal - nonFinite.kinds.length; // no average knows of the others
  const perStep = numFinite > values.length ? pointsPerStep(steps, numFinite) : 0;
  const fade = (gap) => (perStep && gap > 0 ? weight ** Math.max(1, gap * perStep) : weight);
  powers.fill(NaN);
  let [sum, mass, before, gap, kept] = [0, 0, NaN, NaN, weight];
  for (let i = 0; i < segments.length; i += 1) {
    if (superseded[i]) continue;
    const end = segments[i + 1] ?? values.length;
    for (let at = segments[i]; at < end; at += 1) {
      if (steps[at] - before !== gap) {
        gap = steps[at] - before;
        const isKept = gap >= 0 && gap < MAX_GAP && Number.isInteger(gap);
        if (isKept && Number.isNaN(powers[gap])) powers[gap] = fade(gap);
        kept = isKept ? powers[gap] : fade(gap);
      }
      sum = sum * kept + values[at] * (1 - kept);
      mass = mass * kept + (1 - kept);
      smoothed[at] = sum / mass;
      before = steps[at];
    }
  }
}

function pointsPerStep(steps, numTotal) {
  const width = steps[steps.length - 1] - steps[0];
  return width > 0 ? (numTotal - 1) / width : 0;
}
