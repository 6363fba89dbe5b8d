// How runs look: a colour and a dash each, from the palette of 12, from their group, or from a place on a ramp.

import { themeColor } from "../plot/theme.js";

export const MAX_BY_RUN = 36; // more selected runs are coloured by a hyperparameter
export const NUM_SLOTS = 12;
const NUM_STOPS = 6;
const DASHES = [[], [6, 3], [2, 3]];
const NO_SHEET = "#888888"; // before the style sheets are there

// The colour of a slot, which counts from 0; the 13th is the first again.
export function slotColor(slot) {
  return themeColor(`--run-${(slot % NUM_SLOTS) + 1}`) || NO_SHEET;
}

// The colour at a place between 0 and 1.
export function rampColor(position) {
  const place = Math.max(0, Math.min(1, position)) * (NUM_STOPS - 1);
  const from = Math.min(Math.floor(place), NUM_STOPS - 2);
  const [low, high] = [stop(from), stop(from + 1)];
  const mixed = low.map((value, i) => Math.round(value + (high[i] - value) * (place - from)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

function stop(index) {
  const color = themeColor(`--ramp-${index + 1}`) || NO_SHEET;
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}

// Sets `color` and `dash` of each run.
//   runs      all there are, the newest first
//   selected  names of those that are seen together: of these no two look the same, as long as that can be
//   scheme    {kind: "run"}: a run has the colour of its own slot, with dashes where another one of it is seen
//             {kind: "slots", slotOf: Map(run → slot)}: runs share the slots of their groups
//             {kind: "ramp", positions: Map(run → place, or null without a number)}
//             {kind: "pending"}: what it will be is not known yet
export function paint(runs, { selected, scheme }) {
  const theme = { slots: Array.from({ length: NUM_SLOTS }, (_, slot) => slotColor(slot)), ink: themeColor("--ink") || NO_SHEET, none: themeColor("--text-3") };
  for (const run of runs) Object.assign(run, run.isBaseline ? solid(theme.ink) : lookOf(run, scheme, theme));
  if (scheme.kind === "run") tellApart(runs.filter((run) => selected.has(run.name) && !run.isBaseline).sort((a, b) => a.slot - b.slot));
}

// theme: its colours, looked up once for all runs
function lookOf(run, scheme, theme) {
  if (scheme.kind === "run") return ownLook(run, theme);
  if (scheme.kind === "slots") {
    const slot = scheme.slotOf.get(run.name);
    return slot === undefined ? solid(theme.none) : { color: theme.slots[slot % NUM_SLOTS], dash: dashOf(slot) };
  }
  const position = scheme.kind === "ramp" ? scheme.positions.get(run.name) : null;
  return solid(Number.isFinite(position) ? rampColor(position) : theme.none);
}

// A colour that someone chose is a number of the palette from 1 on, or #rrggbb.
function ownLook({ slot, chosenColor }, { slots }) {
  return solid(typeof chosenColor === "string" ? chosenColor : slots[(chosenColor ? chosenColor - 1 : slot) % NUM_SLOTS]);
}

function solid(color) {
  return { color, dash: DASHES[0] };
}

// Gives runs that look as an earlier one another dash of their colour, or if none is left another colour, while there
// are any. runs: by their slots, so that a run that comes later changes no other.
function tellApart(runs) {
  const taken = new Set();
  const takeFirst = (run, looks) => {
    const free = looks.find(({ color, dash }) => !taken.has(`${color} ${dash}`));
    if (!free) return false;
    taken.add(`${free.color} ${free.dash}`);
    Object.assign(run, { color: free.color, dash: free.dash });
    return true;
  };
  const dashed = (color) => DASHES.map((dash) => ({ color, dash }));
  const all = Array.from({ length: NUM_SLOTS }, (_, slot) => dashed(slotColor(slot))).flat();
  const alike = runs.filter((run) => !takeFirst(run, [run]));
  const others = alike.filter((run) => !takeFirst(run, dashed(run.color)));
  others.every((run) => takeFirst(run, all)); // until none is left
}

export function dashOf(slot) {
  return DASHES[Math.floor(slot / NUM_SLOTS) % DASHES.length];
}

// The background of a swatch: its dash shows in it.
export function swatchBackground({ color, dash }) {
  if (dash.length === 0) return color;
  const [on, off] = dash;
  return `repeating-linear-gradient(90deg, ${color} 0 ${on}px, transparent ${on}px ${on + off}px)`;
}

// The background of the legend of a ramp, from low to high.
export function rampBackground() {
  return `linear-gradient(90deg, ${Array.from({ length: NUM_STOPS }, (_, i) => `var(--ramp-${i + 1})`).join(", ")})`;
}
