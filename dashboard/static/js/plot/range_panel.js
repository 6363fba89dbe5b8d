// The table of a selected range, docked under the plot on which it was drawn: what the server says of all raw points in it.

import { copyText } from "../clipboard.js";
import { formatCount, formatDelta, formatDuration, formatValue } from "../format.js";
import { addEscape } from "../keys.js";
import { swatchBackground } from "../runs/colors.js";
import { Latest } from "../runs/latest.js";
import { dock, element } from "./dock.js";
import { zoomTo } from "./zoom.js";

const SPAN = "scalars.span";
const COPIED_MS = 2_000;
const GATHER_MS = 200;
const NUMBERS = [
  ["min", "min", formatValue],
  ["max", "max", formatValue],
  ["mean", "mean", formatValue],
  ["start", "start", formatValue],
  ["stop", "end", formatValue],
  ["delta", "Δ", formatDelta],
  ["slope", "slope", formatDelta],
];

// The range that is selected: {axis, bounds, tag: of the card on which it was drawn}, or null.
export function spanOf(session) {
  return session.view.get(SPAN);
}

export function selectSpan(session, span) {
  session.view.set({ [SPAN]: span }, { label: "range" });
}

class RangePanel {
  #root = null;
  #shown = null; // {owner, session, anchor, span, card}
  #rows = null; // of the last answer: [{run, …}]
  #sort = "mean";
  #offs = [];
  #latest = new Latest({ ask: (wanted) => this.#ask(wanted), take: (rows, wanted) => this.#take(rows, wanted), gatherMs: GATHER_MS });

  show(owner, { session, anchor, span, card }) {
    const isOther = this.#shown?.owner !== owner || this.#shown.span !== span;
    if (this.#shown?.owner !== owner) this.#open(session);
    this.#shown = { owner, session, anchor, span, card };
    if (!isOther) return;
    this.#rows = null;
    this.#draw();
    this.#refresh();
  }

  hide(owner) {
    if (!this.#shown || this.#shown.owner !== owner) return;
    this.#offs.forEach((off) => off());
    this.#offs = [];
    this.#shown = null;
    this.#latest.want(null);
    this.#root.remove();
    this.#root = null;
  }

  #open(session) {
    if (this.#shown) this.hide(this.#shown.owner);
    this.#root = element("section", "plot-tip is-held range-panel");
    document.body.append(this.#root);
    const follow = ({ target }) => !this.#root.contains(target) && dock(this.#root, this.#shown.anchor);
    addEventListener("scroll", follow, { capture: true, passive: true });
    this.#offs = [
      addEscape(() => selectSpan(session, null)),
      session.on("selection", () => this.#refresh()),
      session.on("news", () => this.#refresh()),
      session.on("style", () => this.#draw()),
      () => removeEventListener("scroll", follow, { capture: true }),
    ];
  }

  #refresh() {
    const { session, span, card } = this.#shown;
    this.#latest.want({ key: `${performance.now()}`, session, span, card });
  }

  async #ask({ session, span: { axis, bounds }, card: { tags } }) {
    const [start, stop] = bounds;
    const { key: selection, runs } = await session.selectionKey();
    const { rows } = await session.getJSON("data/ranges", { selection, tag: tags, x: axis, start, stop }).catch((error) => {
      if (error.status === 404) session.forgetSelectionKey();
      throw error;
    });
    return rows.run.map((number, i) => ({ name: runs[number], tag: tags[rows.tag[i]], isOfMany: tags.length > 1, ...Object.fromEntries(NUMBERS.map(([name]) => [name, rows[name][i]])) }));
  }

  #take(rows, { span }) {
    if (this.#shown?.span !== span) return;
    this.#rows = rows;
    this.#draw();
  }

  #draw() {
    if (!this.#shown) return;
    const { session, span, anchor } = this.#shown;
    const scrolled = this.#root.querySelector(".plot-tip-rows")?.scrollTop ?? 0;
    const rows = sortRows(this.#rows ?? [], this.#sort);
    this.#root.setAttribute("aria-label", `Range of ${this.#shown.card.title}`);
    this.#root.replaceChildren(this.#head(span, rows), this.#table(session, rows));
    this.#root.querySelector(".plot-tip-rows").scrollTop = scrolled;
    dock(this.#root, anchor);
  }

  #head(span, rows) {
    const { session } = this.#shown;
    const head = element("div", "plot-tip-head");
    const count = this.#rows ? `raw values, ${formatCount(rows.length)} ${rows.length === 1 ? "run" : "runs"}` : "reading";
    head.append(element("strong", "", sayBounds(span)), element("span", "", count), element("span", "grow"));
    head.append(
      button("Zoom to range", () => zoomTo(session, span.axis, span.bounds)),
      button("Copy as CSV", async (self) => {
        self.textContent = (await copyText(toCSV(rows))) ? "Copied" : "Not copied";
        setTimeout(() => (self.textContent = "Copy as CSV"), COPIED_MS);
      }),
      button("Clear", () => selectSpan(session, null), "Esc"),
    );
    return head;
  }

  #table(session, rows) {
    const table = element("table");
    const top = table.createTHead().insertRow();
    top.append(element("th", "run", "Run"));
    for (const [name, word] of NUMBERS) top.append(this.#heading(name, word));
    const body = table.createTBody();
    for (const row of rows) {
      const run = session.runNamed(row.name);
      if (!run) continue;
      const line = body.insertRow();
      const swatch = element("span", "swatch");
      swatch.style.background = swatchBackground(run);
      const cell = line.insertCell();
      cell.className = "run";
      cell.title = row.name;
      cell.append(swatch, row.isOfMany ? `${run.label || run.name} · ${row.tag}` : run.label || run.name);
      for (const [name, , format] of NUMBERS) fill(line.insertCell(), row[name], format, name === this.#sort);
    }
    const frame = element("div", "plot-tip-rows");
    frame.tabIndex = 0;
    frame.append(table);
    return frame;
  }

  #heading(name, word) {
    const heading = element("th");
    heading.setAttribute("aria-sort", name === this.#sort ? "ascending" : "none");
    const sort = () => {
      this.#sort = name;
      this.#draw();
    };
    heading.append(button(name === this.#sort ? `${word} ↑` : word, sort, `Sort by ${word}`));
    return heading;
  }
}

function sayBounds({ axis, bounds }) {
  const format = { step: (step) => formatCount(step), relative: (seconds) => formatDuration(seconds) }[axis] ?? formatValue;
  return `${{ step: "Steps ", relative: "Time " }[axis] ?? ""}${bounds.map(format).join(" – ")}`;
}

function fill(cell, value, format, isSorted) {
  if (isSorted) cell.className = "value";
  cell.textContent = value === null ? "–" : typeof value === "number" ? format(value) : value;
  cell.title = value === null ? "" : String(value);
}

function sortRows(rows, name) {
  const place = ({ [name]: value }) => (typeof value === "number" ? value : Infinity);
  return [...rows].sort((a, b) => place(a) - place(b));
}

function toCSV(rows) {
  const quote = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = [["run", "tag", ...NUMBERS.map(([name]) => name)], ...rows.map((row) => [row.name, row.tag, ...NUMBERS.map(([name]) => row[name] ?? "")])];
  return lines.map((cells) => cells.map((cell) => quote(String(cell))).join(",")).join("\n");
}

function button(word, act, title = "") {
  const made = element("button", "link", word);
  made.type = "button";
  made.title = title;
  made.addEventListener("click", () => act(made));
  return made;
}

export const rangePanel = new RangePanel();
