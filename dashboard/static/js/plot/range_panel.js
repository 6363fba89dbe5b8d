// The table of a selected range: what the server says of all raw points in it. It stands in the card on which it was
// drawn if that fills the row, else it is docked under the plot.

import { copyText } from "../clipboard.js";
import { countOf } from "../format.js";
import { addEscape } from "../keys.js";
import { swatchBackground } from "../runs/colors.js";
import { Latest } from "../runs/latest.js";
import { isSmall } from "../screen.js";
import { dock, element } from "./dock.js";
import { rangeColumns, readRows, sayBounds, sortRows, toCSV } from "./range_rows.js";
import { zoomTo } from "./zoom.js";

const SPAN = "span";
const COPIED_MS = 2_000;
const GATHER_MS = 200;

// The range that is selected: {axis, bounds, tag: of the card on which it was drawn}, or null.
export function spanOf(session) {
  return session.view.get(SPAN);
}

// Of steps it is whole ones, so that it is what its label says. isContinuous: while an end is moved.
export function selectSpan(session, span, { isContinuous = false } = {}) {
  const whole = span?.axis === "step" ? { ...span, bounds: span.bounds.map(Math.round) } : span;
  session.view.set({ [SPAN]: whole }, { label: "range", isContinuous });
}

class RangePanel {
  #root = null;
  #shown = null; // {owner, session, anchor, span, card}
  #rows = null; // of the last answer: [{run, …}]
  #isNew = false; // whether it was opened and has no rows yet
  #sort = "mean";
  #offs = [];
  #latest = new Latest({ ask: (wanted) => this.#ask(wanted), take: (rows, wanted) => this.#take(rows, wanted), gatherMs: GATHER_MS });

  show(owner, { session, anchor, span, card }) {
    const isOther = this.#shown?.owner !== owner || this.#shown.span !== span;
    if (this.#shown?.owner !== owner) this.#open(session);
    const isOtherCard = this.#shown?.card !== card;
    this.#shown = { owner, session, anchor, span, card };
    if (!isOther) return this.#place();
    if (isOtherCard) this.#rows = null; // those of another range of it stay until the answer comes
    this.#draw();
    this.#refresh();
  }

  // Whether it stands at a plot, and not in its card.
  isDockedAt(anchor) {
    return this.#shown?.anchor === anchor && !this.#root.classList.contains("is-in-card");
  }

  // Its element, if it stands in the card of a plot, else null.
  inCardOf(anchor) {
    return this.#shown?.anchor === anchor && this.#root.classList.contains("is-in-card") ? this.#root : null;
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
    this.#isNew = true;
    const follow = ({ target }) => !this.#root.contains(target) && this.#place();
    addEventListener("scroll", follow, { capture: true, passive: true });
    this.#offs = [
      addEscape(() => spanOf(session) !== null && selectSpan(session, null)),
      session.on("selection", () => this.#refresh()),
      session.on("news", () => this.#refresh()),
      session.on("style", () => this.#draw()),
      () => removeEventListener("scroll", follow, { capture: true }),
    ];
  }

  // Into its card, or under the plot.
  #place() {
    const { anchor } = this.#shown;
    const inCard = isSmall() ? null : anchor.closest(".is-expanded")?.querySelector(".card-range");
    const home = inCard ?? document.body;
    this.#root.classList.toggle("is-in-card", home === inCard);
    if (this.#root.parentNode !== home) home.append(this.#root);
    if (inCard) this.#root.removeAttribute("style");
    else dock(this.#root, anchor);
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
    return readRows(rows, runs, tags);
  }

  #take(rows, { span }) {
    if (this.#shown?.span !== span) return;
    this.#rows = rows;
    this.#draw();
    // Whoever has just drawn a range in a tall card would not see its table; a page that is opened with one stays where it is.
    if (this.#isNew && this.inCardOf(this.#shown.anchor) && navigator.userActivation?.isActive) this.#root.scrollIntoView({ block: "nearest" });
    this.#isNew = false;
  }

  #draw() {
    if (!this.#shown) return;
    const { session, span } = this.#shown;
    const scrolled = this.#root.querySelector(".plot-tip-rows")?.scrollTop ?? 0;
    const rows = sortRows((this.#rows ?? []).filter(({ name }) => session.runNamed(name)), this.#sort);
    this.#root.setAttribute("aria-label", `Range of ${this.#shown.card.title}`);
    this.#root.replaceChildren(this.#head(span, rows), this.#table(session, rows));
    this.#root.querySelector(".plot-tip-rows").scrollTop = scrolled;
    this.#place();
  }

  #head(span, rows) {
    const { session } = this.#shown;
    const head = element("div", "plot-tip-head");
    const count = !this.#rows ? "reading" : rows.length === 0 ? "no point in this range" : `raw values, ${countOf(rows.length, "run")}, sorted by ${this.#wordOf(this.#sort)}`;
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

  get #columns() {
    const { session, span } = this.#shown;
    return rangeColumns(span.axis, session.comparison);
  }

  #wordOf(name) {
    return this.#columns.find((column) => column.name === name).title;
  }

  #table(session, rows) {
    const columns = this.#columns;
    const table = element("table");
    const top = table.createTHead().insertRow();
    top.append(element("th", "run", "Run"), ...columns.map((column) => this.#heading(column)));
    const body = table.createTBody();
    for (const row of rows) this.#addRow(body.insertRow(), row, session.runNamed(row.name), columns);
    const frame = element("div", "plot-tip-rows");
    frame.tabIndex = 0;
    frame.append(table);
    return frame;
  }

  #addRow(line, row, run, columns) {
    line.className = run.isBaseline ? "is-baseline" : "";
    const swatch = element("span", "swatch");
    swatch.style.background = swatchBackground(run);
    const cell = line.insertCell();
    cell.className = "run";
    cell.title = row.name;
    cell.append(swatch, row.isOfMany ? `${run.shortLabel} · ${row.tag}` : run.shortLabel);
    if (run.isBaseline) cell.append(element("span", "badge", "baseline"));
    for (const { name, className, text, exact } of columns) {
      const one = line.insertCell();
      one.className = [className, name && name === this.#sort && "value", /NaN|Inf/.test(text(row)) && name && "is-bad"].filter(Boolean).join(" ");
      Object.assign(one, { textContent: text(row), title: String(exact(row)) });
    }
  }

  #heading({ name, title, hint, className }) {
    if (!name) return Object.assign(element("th", className, title), { title: hint });
    const heading = element("th", name === this.#sort ? `${className} value` : className);
    heading.setAttribute("aria-sort", name === this.#sort ? "ascending" : "none");
    const sort = () => {
      this.#sort = name;
      this.#draw();
    };
    heading.append(button(name === this.#sort ? `${title} ↑` : title, sort, `Sort by ${title}${hint ? `\n${hint}` : ""}`));
    return heading;
  }
}

function button(word, act, title = "") {
  const made = element("button", "link", word);
  made.type = "button";
  made.title = title;
  made.addEventListener("click", () => act(made));
  return made;
}

export const rangePanel = new RangePanel();
