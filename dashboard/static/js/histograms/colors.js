// Colours of the ridges: every one lies between the surface, the run's colour and ink.

const TOKENS = ["surface", "grid", "line-strong", "text-3", "accent", "on-accent", "ink", "bad-dot", "font"];
const FILL_FROM = 0.18;
const FILL_TO = 0.92;
const OLDEST_LINE = 0.4;
const CURSOR_INK = 0.7;

const probe = document.createElement("canvas").getContext("2d");

// The colours of one run under the present theme.
export function ridgeColors(runColor) {
  const style = getComputedStyle(document.documentElement);
  const tokens = Object.fromEntries(TOKENS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  const named = /^var\((--[\w-]+)\)$/.exec(runColor);
  const run = rgb(named ? style.getPropertyValue(named[1]).trim() : runColor);
  const surface = rgb(tokens.surface);
  return {
    ...tokens,
    run: css(run),
    cursor: css(mix(run, rgb(tokens.ink), CURSOR_INK)),
    // `age` runs from 0, the oldest row, to 1.
    fill: (age) => css(mix(surface, run, FILL_FROM + (FILL_TO - FILL_FROM) * age)),
    line: (age) => css(mix(mix(surface, run, OLDEST_LINE), surface, age)),
  };
}

function mix(from, to, share) {
  return from.map((value, i) => value + (to[i] - value) * share);
}

function rgb(color) {
  probe.fillStyle = color;
  const text = probe.fillStyle;
  return [1, 3, 5].map((i) => Number.parseInt(text.slice(i, i + 2), 16));
}

function css(color) {
  return `rgb(${color.map(Math.round).join(" ")})`;
}
