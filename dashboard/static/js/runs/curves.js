// The small curves of the rows in view. A curve is drawn once a version of its run, and kept while it scrolls away.

import { Emitter } from "../emitter.js";
import { whileConnected } from "../http.js";
import { session } from "../session.js";

const AGAIN_MS = 1_500;
const MAX_RUNS = 64; // in a request
const MAX_KEPT = 4_000;
const WIDTH = 34;
const HEIGHT = 14;
const PAD = 1.5;

class Curves extends Emitter {
  #paths = new Map(); // name of a run → {path, version, tag}
  #wanted = [];
  #tag = "";
  #isAsking = false;
  #timer = null;

  constructor() {
    super();
    session.on("news", () => this.#ask());
  }

  // The runs in view.
  want(names, tag) {
    this.#wanted = names;
    this.#tag = tag;
    this.#ask();
  }

  // → the path of an SVG of 34 × 14 px; "" for none
  pathOf(name, tag) {
    const known = this.#paths.get(name);
    return known?.tag === tag ? known.path : "";
  }

  async #ask() {
    if (this.#isAsking || this.#timer !== null || this.#tag === "") return;
    const tag = this.#tag;
    const runs = this.#wanted.filter((name) => this.#isOld(name, tag)).slice(0, MAX_RUNS);
    if (runs.length === 0) return;
    this.#isAsking = true;
    try {
      const versions = new Map(runs.map((name) => [name, session.runNamed(name)?.version]));
      const { curves } = await session.postJSON("data/runs/sparklines", { runs, tag, points: 32 }, whileConnected());
      const byName = new Map(Object.entries(curves));
      for (const name of runs) this.#keep(name, { tag, version: versions.get(name), path: drawCurve(byName.get(name)) });
      this.emit("change");
    } catch {
      // Asked again at the next news, or when other rows come into view.
    }
    this.#isAsking = false;
    const isNew = this.#wanted.some((name) => this.#paths.get(name)?.tag !== this.#tag);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#ask();
    }, isNew ? 0 : AGAIN_MS);
  }

  #isOld(name, tag) {
    const known = this.#paths.get(name);
    return known?.tag !== tag || known.version !== session.runNamed(name)?.version;
  }

  #keep(name, curve) {
    this.#paths.delete(name);
    this.#paths.set(name, curve);
    if (this.#paths.size > MAX_KEPT) this.#paths.delete(this.#paths.keys().next().value);
  }
}

// {steps, values} → a path that fills the box; a single point is a short line.
export function drawCurve(curve) {
  if (!curve || curve.values.length === 0) return "";
  const { steps, values } = curve;
  const place = (list, size, isTurned) => {
    const [low, high] = [Math.min(...list), Math.max(...list)];
    const span = high - low;
    return list.map((one) => {
      const share = span > 0 ? (one - low) / span : 0.5;
      return PAD + (isTurned ? 1 - share : share) * (size - 2 * PAD);
    });
  };
  const [x, y] = [place(steps, WIDTH, false), place(values, HEIGHT, true)];
  if (x.length === 1) return `M${(x[0] - 1).toFixed(1)} ${y[0].toFixed(1)}h2`;
  return x.map((one, i) => `${i === 0 ? "M" : "L"}${one.toFixed(1)} ${y[i].toFixed(1)}`).join("");
}

export const curves = new Curves();
