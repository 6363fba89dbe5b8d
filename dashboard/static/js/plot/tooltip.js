// The table under the plot that the cursor is on. While it is held it scrolls, its text can be selected and copied, and
// how it is sorted can be chosen.

import { groupColumns } from "../aggregates/words.js";
import { copyText } from "../clipboard.js";
import { capitalize, formatClock, formatCount } from "../format.js";
import { preference, setPreference } from "../preferences.js";
import { swatchBackground } from "../runs/colors.js";
import { MAX_COLUMNS, shortenNames } from "../runs/comparison.js";
import { toneOf } from "../runs/metrics.js";
import { isSmall } from "../screen.js";
import { dock, dockBeside, element } from "./dock.js";
import { ExactPoints } from "./exact_points.js";
import { addNote } from "./marks.js";
import { timeDigits } from "./nearest.js";
import { rangePanel } from "./range_panel.js";
import { SORTS, columnsOf, describePoints, pickPoints, sortPoints, toTSV } from "./tooltip_rows.js";

const COPIED_MS = 2_000;
const ROW_LIMITS = [8, 16, 32];
const SHEET = "--sheet"; // height of what covers the bottom of a small screen

class Tooltip {
  #root = null;
  #shown = null; // what `show` was given last
  #isWriting = false; // whether a note is being written
  #exact = new ExactPoints(() => this.#shown?.isHeld && this.#draw());

  // owner: the plot; only it may hide the table again. lit: the line that the cursor is on; x: where on the axis.
  show(owner, shown) {
    this.#shown = { owner, ...shown };
    this.#draw();
  }

  hide(owner) {
    if (this.#shown?.owner !== owner) return;
    this.#shown = null;
    this.#root.hidden = true;
    document.documentElement.style.removeProperty(SHEET);
  }

  // limit: how many rows it has while it is not held
  #draw(limit = preference("tooltip.rows")) {
    if (this.#isWriting && this.#shown.isHeld) return;
    this.#isWriting = false;
    const { lines, lit, x, isHeld, axis, comparison, card, anchor } = this.#shown;
    const root = this.#element();
    const sort = preference("tooltip.sort");
    const drawn = describePoints(lines, x);
    const points = sortPoints(isHeld ? this.#exact.of(drawn, { x, axis }) : drawn, sort, lit);
    const near = isHeld && !isSmall() ? pickPoints(points, lit, Infinity) : pickPoints(points, lit, limit);
    const differing = comparison.differing.slice(0, MAX_COLUMNS);
    const short = shortenNames(differing);
    const hparams = differing.map((name) => ({ name, title: short.get(name) }));
    const columns = lit?.group ? groupColumns(points, axis) : columnsOf(points, { hparams, textOf: (run, name) => comparison.textOf(run, name), axis, isHeld });
    const at = points.find(({ line }) => line === lit);
    const wasHeld = root.classList.contains("is-held") && !root.hidden;
    const scrolled = root.querySelector(".plot-tip-rows")?.scrollTop ?? 0;
    root.classList.toggle("is-held", isHeld);
    root.setAttribute("role", isHeld ? "region" : "tooltip");
    root.setAttribute("aria-label", `Values of ${card.title}`);
    const hadFocus = root.contains(document.activeElement) && document.activeElement.matches(".plot-tip-rows");
    const isDelta = lines.some(({ baseline }) => baseline);
    root.replaceChildren(head(isDelta ? `Δ ${card.title}` : card.title, at), table(columns, near, lit, isHeld), this.#foot(points.length - near.length, at, isHeld, columns.some(({ title }) => title.includes("smoothed"))));
    root.hidden = false;
    if (hadFocus) root.querySelector(".plot-tip-rows").focus({ preventScroll: true });
    this.#dock();
    const numFitting = isHeld ? limit : countFitting(root.querySelector(".plot-tip-rows"));
    if (numFitting < near.length && numFitting > 1 && numFitting < limit) return this.#draw(numFitting);
    if (isHeld && !wasHeld && isSmall()) reveal(anchor, root.offsetHeight);
    this.#copied = () => toTSV(columns, points);
    if (isHeld) scroll(root.querySelector(".plot-tip-rows"), wasHeld ? scrolled : null);
  }

  #copied = () => "";

  #element() {
    if (this.#root) return this.#root;
    this.#root = element("div", "plot-tip");
    document.body.append(this.#root);
    addEventListener("scroll", ({ target }) => this.#shown && !this.#root.contains(target) && this.#dock(), { capture: true, passive: true });
    addEventListener("copy", (event) => this.#copy(event));
    return this.#root;
  }

  // Under the plot; where the table of a range is docked, beside it; where that stands in the card, below or above both.
  #dock() {
    const { anchor } = this.#shown;
    if (rangePanel.isDockedAt(anchor)) dockBeside(this.#root, anchor);
    else dock(this.#root, anchor, rangePanel.inCardOf(anchor));
  }

  // Copies the whole table where nothing is selected.
  #copy(event) {
    const isTyping = event.target instanceof Element && event.target.closest("input, textarea");
    if (!this.#shown?.isHeld || isTyping || !getSelection().isCollapsed) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", this.#copied());
  }

  #foot(numMore, at, isHeld, isSmoothed) {
    const root = element("div", "plot-tip-foot");
    const left = numMore > 0 ? `${formatCount(numMore)} more` : at ? sayTime(at) : "";
    root.append(element("span", "", left), element("span", "grow"));
    const sort = preference("tooltip.sort");
    const word = sort === "value" && isSmoothed ? "smoothed" : sort;
    if (!isHeld) root.append(element("span", "", `sorted by ${word}`), element("span", "", "click to hold"));
    else root.append(...this.#choices(), ...(at && !at.line.group ? [this.#noteButton()] : []), this.#copyButton());
    return root;
  }

  #choices() {
    const sorts = choose("Sorted by", SORTS.map((sort) => [sort, `by ${sort}`]), preference("tooltip.sort"), (sort) => setPreference("tooltip.sort", sort));
    const rows = choose("Rows while it is not held", ROW_LIMITS.map((rows) => [rows, `${rows} rows`]), preference("tooltip.rows"), (rows) => setPreference("tooltip.rows", Number(rows)));
    for (const list of [sorts, rows]) list.addEventListener("change", () => this.#shown && this.#draw());
    return [sorts, rows];
  }

  #noteButton() {
    const button = element("button", "link", "Add note");
    button.type = "button";
    button.title = "Note what happened here (N)";
    button.addEventListener("click", () => this.writeNote());
    return button;
  }

  // Asks for a note on the lit run at the held step; Enter keeps it, Esc leaves it.
  writeNote() {
    if (!this.#shown?.isHeld || this.#shown.lit.group) return false;
    const { lit, lines, x, card } = this.#shown;
    const { step } = describePoints(lines, x).find(({ line }) => line === lit);
    const field = element("input", "plot-tip-note");
    Object.assign(field, { placeholder: `Note on ${lit.run.shortLabel} at step ${formatCount(step)}`, maxLength: 500 });
    field.setAttribute("aria-label", "Note");
    field.addEventListener("keydown", (event) => {
      if (!["Enter", "Escape"].includes(event.key)) return;
      event.stopPropagation();
      const text = field.value.trim();
      this.#isWriting = false;
      if (event.key === "Enter" && text) addNote(lit.run.name, { step, text, tag: lit.tagName ?? card.tags[0] });
      this.#draw();
    });
    this.#isWriting = true;
    this.#root.querySelector(".plot-tip-foot").replaceChildren(field);
    field.focus();
    return true;
  }

  #copyButton() {
    const button = element("button", "link", "Copy table");
    button.type = "button";
    button.title = "Copy as tab-separated values (Ctrl+C)";
    button.addEventListener("click", async () => {
      button.textContent = (await copyText(this.#copied())) ? "Copied" : "Not copied";
      setTimeout(() => (button.textContent = "Copy table"), COPIED_MS);
    });
    return button;
  }
}

// Points of groups are of no one time.
function sayTime({ line, index, seconds }) {
  return line.group ? "linear between the points of a run" : formatClock(line.firstWall + seconds, timeDigits(line, index));
}

// How many rows are whole where a table has less room than it needs, but for that of the baseline, which is always there.
function countFitting(frame) {
  const { rows } = frame.querySelector("tbody");
  if (frame.scrollHeight <= frame.clientHeight) return rows.length;
  const room = frame.clientHeight - rows[0].offsetTop;
  return Math.floor(room / rows[0].offsetHeight) - (rows[0].classList.contains("is-baseline") ? 1 : 0);
}

// To where it was; at first the lit row is in the middle.
function scroll(rows, to) {
  const lit = rows.querySelector(".is-lit");
  rows.scrollTop = to ?? (lit ? lit.offsetTop - rows.clientHeight / 2 : 0);
}

// The sheet at the bottom does not stand over the plot that it explains.
function reveal(anchor, sheetHeight) {
  document.documentElement.style.setProperty(SHEET, `${sheetHeight}px`);
  anchor.style.scrollMarginBottom = `${sheetHeight}px`;
  anchor.scrollIntoView({ block: "nearest" });
}

function head(title, at) {
  const root = element("div", "plot-tip-head");
  root.append(element("strong", "", title), element("span", "", at ? `step ${formatCount(at.step)}` : ""));
  return root;
}

function table(columns, points, lit, isHeld) {
  const root = element("table");
  const top = root.createTHead().insertRow();
  for (const { title, className } of columns) top.append(element("th", className, title));
  const body = root.createTBody();
  for (const point of points) {
    const row = body.insertRow();
    row.className = [point.line === lit && "is-lit", point.line.run.isBaseline && "is-baseline"].filter(Boolean).join(" ");
    for (const { className, text, exact, difference } of columns) {
      const tone = difference && toneOf(point.line.tagName, difference(point));
      fill(row.insertCell(), tone ? `${className} is-${tone}` : className, text(point), exact(point));
    }
    const swatch = element("span", "swatch");
    swatch.style.background = swatchBackground(point.line.run);
    row.cells[0].prepend(swatch);
  }
  const frame = element("div", "plot-tip-rows");
  frame.tabIndex = isHeld ? 0 : -1; // so that keys scroll it
  frame.append(root);
  return frame;
}

function fill(cell, className, text, exact) {
  cell.className = className;
  cell.textContent = text;
  cell.title = exact === null ? "" : String(exact);
}

// A list of choices: [[value, word]].
function choose(label, options, chosen, choice) {
  const list = element("select", "plot-tip-choice");
  list.setAttribute("aria-label", label);
  list.title = label;
  for (const [value, word] of options) list.append(new Option(capitalize(word), value, false, value === chosen));
  list.addEventListener("change", () => choice(list.value));
  return list;
}

export const tooltip = new Tooltip();
