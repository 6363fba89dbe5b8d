// A slider of 0 to 100 feels even over weights of 0 to 0.999 if each third of it takes 90 % of what is left.

export const MAX_WEIGHT = 0.999;

export function weightAt(position) {
  return Math.round(1000 * (1 - 10 ** ((-3 * position) / 100))) / 1000;
}

export function positionOf(weight) {
  return Math.round((-100 / 3) * Math.log10(1 - Math.min(weight, MAX_WEIGHT)));
}

// The weight that a text names, or null if it names none.
export function readWeight(text) {
  const weight = text.trim() === "" ? NaN : Number(text.trim().replace(",", "."));
  return weight >= 0 && weight <= MAX_WEIGHT ? weight : null;
}
