// What the selected runs declare of their metrics: which values are better, and what a metric is drawn over. It is asked
// for once a run declares anything.

import { whileConnected } from "../http.js";
import { session } from "../session.js";
import { METRIC } from "../view_codecs.js";
import { Latest } from "./latest.js";

const GATHER_MS = 300;
const WORDS = { min: ["↓", "Lower is better"], max: ["↑", "Higher is better"] };

let directions = new Map(); // tag → "min" or "max"
let axes = new Map(); // tag → the tag that it is drawn over
let known = null; // promise of the first answer
let numWishes = 0;
let taken = 0; // number of the newest wish that was answered
const latest = new Latest({ ask, take, gatherMs: GATHER_MS });

// Of several tags the one direction that all of them have; null without one.
export function directionOf(tags) {
  const first = directions.get(tags[0]) ?? null;
  return tags.every((tag) => (directions.get(tag) ?? null) === first) ? first : null;
}

// The x-axis that runs declare of all of several tags: `metric:epoch`; null without one.
export function declaredAxis(tags) {
  const first = axes.get(tags[0]);
  return first !== undefined && tags.every((tag) => axes.get(tag) === first) ? METRIC + first : null;
}

export function hasDeclaredAxes() {
  return axes.size > 0;
}

// → promise that is kept once it is known what the runs declare, or that this is not to be had
export function whenDeclared() {
  return known;
}

// "good" or "bad": whether a difference is an improvement; null where that is not declared, and of none.
export function toneOf(tag, difference) {
  const direction = directions.get(tag);
  if (!direction || !difference || Number.isNaN(difference)) return null;
  return difference < 0 === (direction === "min") ? "good" : "bad";
}

// A sign for the head of a card; null without a direction.
export function makeDirectionSign(direction) {
  if (!direction) return null;
  const [sign, word] = WORDS[direction];
  const element = document.createElement("span");
  Object.assign(element, { className: "card-direction", textContent: sign, title: word, role: "img", ariaLabel: word });
  return element;
}

function want() {
  if (!session.isLoaded || session.selected.size === 0) return;
  numWishes += 1;
  const wish = { key: numWishes };
  if (!session.kindsPresent().has("metrics")) forget(wish);
  else if (known) latest.want(wish);
  else known = ask().then((found) => take(found, wish), () => latest.want({ key: numWishes })); // at once: cards wait for it
}

// No run declares anything any more, whatever is still on its way.
function forget(wish) {
  latest.want(null);
  take({ directions: {}, x_axes: {} }, wish);
}

async function ask() {
  try {
    const { key: selection } = await session.selectionKey();
    return await session.getJSON("data/metrics", { selection }, whileConnected());
  } catch (error) {
    if (error.status === 404) session.forgetSelectionKey();
    throw error;
  }
}

function take(found, { key }) {
  if (key < taken) return; // a newer one came before
  taken = key;
  const [areDirections, areAxes] = [isNews(found.directions, directions), isNews(found.x_axes, axes)];
  directions = new Map(Object.entries(found.directions));
  axes = new Map(Object.entries(found.x_axes));
  if (areAxes) session.emit("axes");
  if (areDirections) session.emit("style"); // what shows values shows them anew
}

function isNews(found, before) {
  return JSON.stringify(found) !== JSON.stringify(Object.fromEntries(before));
}

session.on("selection", want);
session.on("runs", want);
want();
