// The table under the plot that the pointer is on: every run's value there, the nearest lit, and beside the name what
// tells the runs apart.

import { formatClock, formatCount, formatDuration, formatValue } from "../format.js";
import { swatchBackground } from "../runs/colors.js";
import { MAX_COLUMNS, shortenNames } from "../runs/comparison.js";
import { nearestPoint } from "./nearest.js";

const MAX_ROWS = 9;
const GAP_PX = 6;

class Tooltip {
  #root = null;

  // lines: of the plot; focused: the lit one; x: position of the pointer on the x-axis; comparison: of the runs.
  show(anchor, lines, focused, x, comparison) {
    const rows = lines
      .filter((line) => line.current.x.length > 0)
      .map((line) => ({ line, index: nearestPoint(line, x) }))
      .sort((a, b) => shown(a.line)[a.index] - shown(b.line)[b.index]);
    const near = around(rows, rows.findIndex((row) => row.line === focused));
    const root = this.#element();
    root.replaceChildren(table(near, focused, comparison), foot(rows.length - near.length, focused, x));
    root.hidden = false;
    this.#dock(root, anchor);
  }

  hide() {
    if (this.#root) this.#root.hidden = true;
  }

  #element() {
    if (!this.#root) {
      this.#root = element("div", "plot-tip");
      this.#root.setAttribute("role", "tooltip");
      document.body.append(this.#root);
    }
    return this.#root;
  }

  // Under the plot, above it where there is no room; never over it.
  #dock(root, anchor) {
    const box = anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = root;
    const left = Math.max(8, Math.min(box.left + box.width / 2 - width / 2, innerWidth - width - 8));
    const below = box.bottom + GAP_PX;
    const top = below + height <= innerHeight - 8 ? below : Math.max(8, box.top - height - GAP_PX);
    root.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }
}

// What is drawn strongest of a line.
function shown(line) {
  return line.smoothed ?? line.values;
}

// At most MAX_ROWS rows around the lit one.
function around(rows, lit) {
  const from = Math.max(0, Math.min(lit - Math.floor(MAX_ROWS / 2), rows.length - MAX_ROWS));
  return rows.slice(from, from + MAX_ROWS);
}

function table(rows, focused, comparison) {
  const root = element("table");
  const head = root.createTHead().insertRow();
  const isSmoothed = rows.some(({ line }) => line.smoothed);
  const differing = comparison.differing.slice(0, MAX_COLUMNS);
  const short = shortenNames(differing);
  head.append(element("th", "", "Run"));
  for (const name of differing) head.append(element("th", "hparam", short.get(name)));
  for (const word of ["value", ...(isSmoothed ? ["smoothed"] : []), "step", "relative"]) head.append(element("th", "", word));
  const body = root.createTBody();
  for (const { line, index } of rows) {
    const row = body.insertRow();
    if (line === focused) row.className = "is-lit";
    const name = row.insertCell();
    const swatch = element("span", "swatch");
    swatch.style.background = swatchBackground(line.run);
    name.append(swatch, line.run.label || line.run.name);
    for (const hparam of differing) {
      const cell = row.insertCell();
      cell.className = "hparam";
      cell.textContent = comparison.textOf(line.run.name, hparam);
    }
    const value = row.insertCell();
    value.className = "value";
    value.textContent = formatValue(line.values[index]);
    if (isSmoothed) row.insertCell().textContent = formatValue(shown(line)[index]);
    row.insertCell().textContent = formatCount(line.steps[index]);
    row.insertCell().textContent = formatDuration(line.walls[index]);
  }
  return root;
}

function foot(numMore, focused, x) {
  const at = nearestPoint(focused, x);
  const root = element("div", "plot-tip-foot");
  root.append(element("span", "", numMore > 0 ? `${formatCount(numMore)} more` : ""));
  root.append(element("span", "", formatClock(focused.firstWall + focused.walls[at])));
  return root;
}

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

export const tooltip = new Tooltip();
