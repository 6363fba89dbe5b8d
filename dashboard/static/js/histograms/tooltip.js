// What the logged bucket under the pointer says, docked under the plot.

import { formatCount, formatDuration } from "../format.js";
import { make } from "./elements.js";
import { formatBucket, formatNumValues, formatShare } from "./numbers.js";

const GAP_PX = 6;
const EDGE_PX = 8;

// What a histogram says about a value: {index, count, share, atOrBelow}; index −1 where no bucket holds it.
export function findBucket({ lefts, rights, counts, total }, value) {
  let below = 0;
  for (let i = 0; i < counts.length; i += 1) {
    if (value < lefts[i]) break;
    below += counts[i];
    if (value < rights[i] || (value === rights[i] && i === counts.length - 1)) {
      return { index: i, count: counts[i], share: counts[i] / total, atOrBelow: below / total };
    }
  }
  return { index: -1, count: 0, share: 0, atOrBelow: total > 0 ? below / total : NaN };
}

class Tooltip {
  #root = null;
  #owner = null;
  #anchor = null; // {plot, x}: the plot it belongs to, and where on it, from its left edge

  // Shows a row of a card's data and, where given, the bucket under the pointer. `x` is where on the plot.
  show(owner, { data, row, color, bucket, histogram, plot, x, isHeld }) {
    this.#owner = owner;
    const root = this.#element();
    root.classList.toggle("is-held", isHeld);
    root.replaceChildren(head(data, row, color), ...bucketLines(bucket, histogram), make("hr"), ...rowLines(data, row));
    root.hidden = false;
    this.#anchor = { plot, x };
    this.#dock();
  }

  // Only the card that shows it may take it away.
  hide(owner) {
    if (owner !== this.#owner) return;
    this.#owner = null;
    if (this.#root) this.#root.hidden = true;
  }

  #element() {
    if (!this.#root) {
      this.#root = make("div", "ridge-tip");
      this.#root.setAttribute("role", "tooltip");
      document.body.append(this.#root);
      addEventListener("scroll", () => this.#owner && this.#dock(), { capture: true, passive: true });
    }
    return this.#root;
  }

  // Under the plot, above it where there is no room; never over it.
  #dock() {
    const box = this.#anchor.plot.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.#root;
    const middle = box.left + this.#anchor.x - width / 2;
    const left = Math.max(EDGE_PX, Math.min(middle, box.right - width, innerWidth - width - EDGE_PX));
    const below = box.bottom + GAP_PX;
    const top = below + height <= innerHeight - EDGE_PX ? below : box.top - height - GAP_PX;
    this.#root.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }
}

function head(data, row, color) {
  const element = make("div", "ridge-tip-head");
  const swatch = make("span", "swatch");
  swatch.style.background = color;
  element.append(swatch, make("span", "", `step ${formatCount(data.steps[row])}`), make("small", "", formatDuration(data.walls[row])));
  return element;
}

function bucketLines(bucket, histogram) {
  if (!bucket) return [];
  const place = bucket.index < 0 ? "–" : formatBucket(histogram.lefts[bucket.index], histogram.rights[bucket.index]);
  return [
    line("bucket", place),
    line("count", `${formatNumValues(bucket.count)} · ${formatShare(bucket.share)}`),
    line("at or below", formatShare(bucket.atOrBelow)),
  ];
}

function rowLines(data, row) {
  return [line("zeros", formatShare(data.zeros[row])), line("non-finite", formatCount(data.numNonFinite[row]))];
}

function line(name, value) {
  const element = make("div", "ridge-tip-line", name);
  element.append(make("b", "", value));
  return element;
}

export const tooltip = new Tooltip();
