// The step cursor on one plot: it follows the pointer, a click holds it, and arrow keys move it. All plots of all pages
// share its step.

import { formatClock, formatCount, formatDuration, formatValue } from "../format.js";
import { addKey } from "../keys.js";
import { hasPoints, indexAt, nearestIndex, nearestLine, pointAtStep, timeDigits } from "./nearest.js";
import { tooltip } from "./tooltip.js";

const BIG_STEP = 10;

// Answered by the plot that has the focus; here only told.
addKey({ keys: ["ArrowLeft", "ArrowRight"], label: "Move the cursor; with Shift by ten points", group: "Chart" });
addKey({ keys: ["ArrowUp", "ArrowDown"], label: "Change the run", group: "Chart" });
addKey({ keys: ["[", "]"], label: "Begin, or end, a range at the cursor", group: "Chart" });
addKey({ keys: ["+", "-"], label: "Zoom in, or out, at the cursor", group: "Chart" });

addKey({ keys: ["N"], label: "Add a note at the held cursor", group: "Chart", run: () => tooltip.writeNote() });

// The cursor that is held; while there is one, the pointer moves it on no other plot.
let holder = null;

export class Cursor {
  #element;
  #session;
  #card;
  #changed;
  #left;
  #keys;
  #lines = [];
  #behind = []; // members of the lines, where these are groups
  #axis = "step";
  #plot = null;
  #pointer = null; // where it is over the plot: {left, top}; null elsewhere
  #lit = null; // {line, index} of the point that is meant
  #offs;

  // changed(): what it shows is another; left(): the pointer has left the plot; keys: what keys do at a
  // position of the axis, by their names.
  constructor(element, session, { card, changed, left, keys }) {
    Object.assign(element, { tabIndex: 0 });
    this.#element = element;
    this.#session = session;
    this.#card = card;
    this.#changed = changed;
    this.#left = left;
    this.#keys = keys;
    const ends = new AbortController();
    element.addEventListener("keydown", (event) => this.#press(event), ends);
    element.addEventListener("blur", () => this.leave(), ends);
    this.#offs = [session.on("cursor", () => this.#hear()), session.on("focus", changed), () => ends.abort()];
  }

  attach(plot) {
    this.#plot = plot;
  }

  setLines(lines, axis, behind = []) {
    this.#lines = lines;
    this.#behind = behind;
    this.#axis = axis;
    if (!this.#lit) return;
    const line = successorOf(this.#lit.line, lines);
    if (!line || !hasPoints(line)) return this.#let();
    const areOthers = line.name !== this.#lit.line.name;
    this.#lit = { line, index: pointAtStep(line, this.#lit.line.steps[this.#lit.index]) };
    if (areOthers && holder === this) this.#hold(this.#lit);
  }

  destroy() {
    if (this.#lit) this.#let();
    this.#offs.forEach((off) => off());
  }

  // What an overlay draws: {focused, place, isHere, label}.
  get sight() {
    const name = this.#session.focusedRun ?? holder?.#lit?.line.name ?? this.#lit?.line.name;
    const isLit = this.#lit && [this.#lit.line.name, this.#lit.line.run.name].includes(name);
    const focused = isLit ? this.#lit.line : ([...this.#lines, ...this.#behind].find((line) => line.name === name) ?? null);
    const place = this.#lit ?? this.#placeOf(focused);
    return { focused, place, isHere: this.#lit !== null, label: place && this.#labelOf(place) };
  }

  // Where the shared step stands on this plot: on the focused run, else on the first.
  #placeOf(focused) {
    const { step } = this.#session.cursor;
    const line = step === null ? null : [focused, ...this.#lines].find((one) => one && hasPoints(one));
    return line ? { line, index: pointAtStep(line, step) } : null;
  }

  // What stands on the x-axis at a point.
  #labelOf({ line, index }) {
    if (this.#axis === "relative") return formatDuration(line.walls.at(index), 2, timeDigits(line, index));
    if (this.#axis === "wall") return formatClock(line.x.points[index], timeDigits(line, index));
    return this.#axis === "step" ? formatCount(line.steps[index]) : formatValue(line.x.points[index]);
  }

  move(place) {
    this.#pointer = place;
    this.#changed();
  }

  leave() {
    const wasHere = this.#pointer !== null;
    this.#pointer = null;
    if (this.#lit && holder !== this) this.#let();
    if (wasHere) this.#left();
  }

  // Holds what is under the pointer; on the plot that holds it already, lets go.
  click(place) {
    if (holder === this) return this.#session.cursor.hold(null);
    const lit = nearestLine(this.#plot, this.#lines, place.left, place.top);
    if (lit) this.#hold(lit);
  }

  // Lights what is under the pointer; again when new points arrive there.
  follow() {
    if (holder === null && this.#pointer) {
      this.#lit = nearestLine(this.#plot, this.#lines, this.#pointer.left, this.#pointer.top);
      if (this.#lit) this.#session.cursor.hover(this.#lit.line.steps[this.#lit.index]);
    }
    if (this.#lit && (this.#pointer || holder === this)) this.#show();
  }

  #show() {
    const { line, index } = this.#lit;
    const isHeld = holder === this;
    if (!isHeld) this.#session.setFocus(runOf(line));
    const x = isHeld ? line.x.points[index] : this.#plot.posToVal(this.#pointer.left, "x");
    tooltip.show(this, { lines: this.#lines, lit: line, x, isHeld, axis: this.#axis, card: this.#card, anchor: this.#element, comparison: this.#session.comparison });
  }

  #hold(lit) {
    if (holder !== this) holder?.#let();
    holder = this;
    this.#lit = lit;
    this.#session.setFocus(runOf(lit.line));
    this.#session.cursor.hold(lit.line.steps[lit.index]);
    this.#changed();
  }

  // Nothing is lit here any more; what is held as the step of all pages stays.
  #let() {
    if (holder === this) holder = null;
    this.#lit = null;
    tooltip.hide(this);
    this.#session.setFocus(null);
    this.#session.cursor.hover(null);
    this.#changed();
  }

  // The step is another, by this plot or by something else.
  #hear() {
    const { held } = this.#session.cursor;
    if (holder === this && held === null) this.#let();
    else if (holder === this && held !== this.#lit.line.steps[this.#lit.index]) this.#lit.index = pointAtStep(this.#lit.line, held);
    this.#changed();
  }

  #press(event) {
    const act = this.#keys[event.key];
    if (!act || !this.#lit || event.ctrlKey || event.metaKey) return this.#travel(event);
    event.preventDefault();
    event.stopPropagation();
    act(this.#lit.line.x.points[this.#lit.index]);
  }

  // Left and right move along a line; up and down change the line.
  #travel(event) {
    const lines = this.#lines.filter(hasPoints);
    const stride = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const turn = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!this.#plot || lines.length === 0 || (!stride && !turn)) return;
    event.preventDefault();
    const from = this.#lit ?? this.#placeOf(null);
    const at = from ? Math.max(0, lines.findIndex((line) => line.name === from.line.name)) : 0;
    const line = lines[(at + (turn ?? 0) + lines.length) % lines.length];
    const { x } = line.x.current;
    const near = from ? nearestIndex(x, from.line.x.points[from.index]) : x.length - 1 - (stride ?? 0);
    const place = near + (stride ?? 0) * (event.shiftKey ? BIG_STEP : 1);
    this.#hold({ line, index: indexAt(line, Math.max(0, Math.min(x.length - 1, place))) });
  }
}

// What stands for a line among others: the line of that name, else the group that a run has become one of, or the first run
// of what was a group.
function successorOf({ name, group }, lines) {
  const own = lines.find((line) => line.name === name);
  if (own) return own;
  const members = group?.members ?? [];
  return lines.find((line) => line.group?.members.some((member) => member.name === name) || members.some((member) => member.name === line.name));
}

// The run that a line stands for; null for a group.
function runOf(line) {
  return line.group ? null : line.run.name;
}
