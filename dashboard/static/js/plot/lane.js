// The lane above a plot: small marks of what happened in its runs. A mark is named when pointed at; a press jumps there.
// All of it is one stop of Tab, and arrow keys move along it.

import { formatCount } from "../format.js";
import { element } from "./dock.js";
import { hasPoints, pointAtStep } from "./nearest.js";
import { marksOf } from "./marks.js";

const MERGE_PX = 9; // marks nearer to each other are one, with their number
const COUNT_PX = 5; // before that number, and for each of its digits
const MAX_NAMED = 8;
const SIGNS = { checkpoint: "◇", restart: "↻", alert: "▲", note: "✎" };
const ORDER = ["alert", "note", "restart", "checkpoint"]; // which sign a place with several has

export class Lane {
  #root = element("div", "plot-lane");
  #drawn = "";
  #goTo;

  // goTo(step): the mark was pressed
  constructor(goTo) {
    this.#goTo = goTo;
    this.#root.setAttribute("role", "group");
    this.#root.setAttribute("aria-label", "What happened");
    this.#root.addEventListener("keydown", (event) => this.#press(event));
  }

  draw(plot, { lines, tag, axis }) {
    if (this.#root.parentNode !== plot.over) plot.over.append(this.#root);
    const places = placesOf(plot, lines, tag, axis);
    const key = JSON.stringify(places);
    if (key === this.#drawn) return;
    this.#drawn = key;
    const focused = [...this.#root.children].indexOf(document.activeElement);
    this.#root.replaceChildren(...places.map((place) => this.#mark(place)));
    this.#root.hidden = places.length === 0;
    this.#reach(Math.max(0, focused), focused >= 0);
  }

  // The mark that Tab reaches.
  #reach(at, isFocused) {
    const marks = [...this.#root.children];
    const reached = marks[Math.min(at, marks.length - 1)];
    for (const mark of marks) mark.tabIndex = mark === reached ? 0 : -1;
    if (isFocused) reached?.focus();
  }

  // What a key does here is not done to the plot below.
  #press(event) {
    const stride = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (stride || ["ArrowUp", "ArrowDown", "Enter", " "].includes(event.key)) event.stopPropagation();
    if (!stride) return;
    event.preventDefault();
    const at = [...this.#root.children].indexOf(document.activeElement);
    this.#reach(Math.max(0, at + stride), true);
  }

  #mark({ left, marks }) {
    const kind = ORDER.find((one) => marks.some((mark) => mark.kind === one)) ?? marks[0].kind;
    const mark = element("button", `plot-mark is-${kind}`, SIGNS[kind] ?? "◆");
    if (marks.length > 1) mark.append(element("sup", "", formatCount(marks.length)));
    mark.type = "button";
    mark.tabIndex = -1;
    mark.title = nameOf(marks);
    mark.setAttribute("aria-label", mark.title);
    mark.style.left = `${left}px`;
    mark.addEventListener("pointerdown", (event) => event.stopPropagation());
    mark.addEventListener("click", () => this.#goTo(marks[0].step));
    return mark;
  }
}

function nameOf(marks) {
  const lines = marks.slice(0, MAX_NAMED).map(({ kind, step, run, text }) => `${kind} in ${run} at step ${formatCount(step)}${text ? `: ${text}` : ""}`);
  if (marks.length > MAX_NAMED) lines.push(`${formatCount(marks.length - MAX_NAMED)} more`);
  return lines.join("\n");
}

// → [{left, marks: [{kind, step, run, text}]}] from left to right, of what is in sight
function placesOf(plot, lines, tag, axis) {
  const width = plot.bbox.width / devicePixelRatio;
  const found = [];
  for (const line of lines) {
    if (line.isMore || !hasPoints(line)) continue;
    for (const { kind, step, text } of marksOf(line.run.name, tag)) {
      const x = axis === "step" ? step : line.x.points[pointAtStep(line, step)];
      const left = Math.round(plot.valToPos(x, "x"));
      if (left >= 0 && left <= width) found.push({ left, mark: { kind, step, run: line.run.shortLabel, text } });
    }
  }
  const places = [];
  for (const { left, mark } of found.sort((a, b) => a.left - b.left)) {
    if (places.length > 0 && left - places.at(-1).left < widthOf(places.at(-1))) places.at(-1).marks.push(mark);
    else places.push({ left, marks: [mark] });
  }
  return places;
}

// Of what stands at a place, to where the next may begin.
function widthOf({ marks: { length } }) {
  return MERGE_PX + (length > 1 ? COUNT_PX * (1 + String(length).length) : 0);
}
