// Which values of a tag are better, as the selected runs declare it. It is asked for once a run declares anything.

import { session } from "../session.js";
import { Latest } from "./latest.js";

const GATHER_MS = 300;
const WORDS = { min: ["↓", "Lower is better"], max: ["↑", "Higher is better"] };

let directions = new Map(); // tag → "min" or "max"
let numWishes = 0;
const latest = new Latest({ ask, take, gatherMs: GATHER_MS });

// Of several tags the one direction that all of them have; null without one.
export function directionOf(tags) {
  const first = directions.get(tags[0]) ?? null;
  return tags.every((tag) => (directions.get(tag) ?? null) === first) ? first : null;
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
  numWishes += 1;
  if (session.isLoaded && session.selected.size > 0 && session.kindsPresent().has("metrics")) latest.want({ key: numWishes });
}

async function ask() {
  try {
    const { key: selection } = await session.selectionKey();
    return (await session.getJSON("data/metrics", { selection })).directions;
  } catch (error) {
    if (error.status === 404) session.forgetSelectionKey();
    throw error;
  }
}

function take(found) {
  const isSame = JSON.stringify(found) === JSON.stringify(Object.fromEntries(directions));
  directions = new Map(Object.entries(found));
  if (!isSame) session.emit("style"); // what shows values shows them anew
}

session.on("selection", want);
session.on("runs", want);
want();
