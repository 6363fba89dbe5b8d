// The ramp of quantities, its scales, and text that can be read on it.

const STOPS = {
  light: ["#eaf4f1", "#b3dcd3", "#66b5a9", "#218680", "#0b4f55"],
  dark: ["#18272a", "#1d474b", "#2b7f80", "#58bdb5", "#b9efe4"],
};
const NICE = [1, 2, 5, 10];

export function stopsOf(theme) {
  return STOPS[theme] ?? STOPS.light;
}

// The colour at a share from 0 to 1, as [r, g, b].
export function rampColor(theme, share) {
  const stops = stopsOf(theme).map(parse);
  const place = Math.max(0, Math.min(1, share)) * (stops.length - 1);
  const from = Math.min(stops.length - 2, Math.floor(place));
  return stops[from].map((value, i) => Math.round(value + (stops[from + 1][i] - value) * (place - from)));
}

// Black or white, whichever stands out more from a colour: at least 4.5:1.
export function inkOn(color) {
  const light = luminance(color);
  return 1.05 / (light + 0.05) > (light + 0.05) / 0.05 ? "#fff" : "#000";
}

export function luminance(color) {
  const [r, g, b] = color.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

// Square root from 0: small parts can still be told apart.
export function rootScale(values) {
  const high = Math.max(0, ...values);
  return { low: 0, high, words: "square root", share: (value) => (high ? Math.sqrt(Math.max(0, value) / high) : 0) };
}

// Logarithm over a fixed range, which a value outside of it widens to the next round number.
export function logScale(values, [low, high]) {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  const from = roundDown(Math.min(low, ...positive));
  const to = roundUp(Math.max(high, ...positive));
  return { low: from, high: to, words: "log scale", share: (value) => (value > 0 ? Math.log(value / from) / Math.log(to / from) : 0) };
}

function roundUp(value) {
  const unit = 10 ** Math.floor(Math.log10(value));
  return exact(NICE.find((one) => one * unit >= value * 0.999999) * unit);
}

function roundDown(value) {
  const unit = 10 ** Math.floor(Math.log10(value) + 1e-9);
  return exact(NICE.findLast((one) => one * unit <= value * 1.000001) * unit);
}

function exact(value) {
  return Number(value.toPrecision(6));
}

function parse(text) {
  return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
}
