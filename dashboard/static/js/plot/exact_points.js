// What was logged at the place of a held cursor, where a plot draws only some of its points.

import { askGroups, withExactGroup } from "../aggregates/exact.js";
import { Latest } from "../runs/latest.js";
import { session } from "../session.js";
import { differenceAt } from "./tooltip_rows.js";

const GATHER_MS = 60;
const NON_FINITE = { NaN, "+Inf": Infinity, "-Inf": -Infinity };

export class ExactPoints {
  #found = { key: null, points: new Map() };
  #latest;

  // changed(): there is an answer
  constructor(changed) {
    const take = (points, { key }) => {
      this.#found = { key, points };
      changed();
    };
    this.#latest = new Latest({ ask: (wanted) => (wanted.center ? askGroups(wanted, nameIn) : ask(wanted)), take, gatherMs: GATHER_MS });
  }

  // Points of tooltip_rows.js as they were logged, as soon as that is known.
  of(points, { x, axis }) {
    const wish = wishFor(points.map(({ line }) => line), { x, axis });
    this.#latest.want(wish);
    if (!wish || this.#found.key !== wish.key) return points;
    const exactOf = ({ line }) => this.#found.points.get(nameOf(line));
    if (wish.center) return points.map((point) => withExactGroup(point, exactOf(point)));
    const baselines = new Map(points.filter(({ line }) => line.run.isBaseline).map((point) => [point.line.tagName, exactOf(point)]));
    return points.map((point) => withExact(point, exactOf(point), baselines.get(point.line.tagName)));
  }
}

// null where all points are drawn, and differences need no values beside them
function wishFor(lines, { x, axis }) {
  const [first] = lines;
  if (!first) return null;
  const isWhole = lines.every(({ numTotal, values, nonFinite }) => values.length + nonFinite.kinds.length >= numTotal);
  const { baseline, weight: smoothing, group } = first;
  if (isWhole && (!baseline || group)) return null;
  const tags = [...new Set(lines.map(({ tagName }) => tagName))];
  const numPoints = lines.reduce((sum, { numTotal }) => sum + numTotal, 0); // grows while runs go on
  const asked = { tags, x, axis, smoothing: group ? group.weight : smoothing, baseline, center: group?.center, band: group?.band };
  return { key: JSON.stringify([asked, group ? lines.map(({ name, group: { version, members } }) => [name, version, members.map((member) => member.name)]) : lines.length, numPoints]), ...asked };
}

// → promise of Map(run and tag → {step, raw, shown, seconds, x, whole: its value without a baseline taken off, or null})
async function ask({ tags, x, axis, smoothing, baseline }) {
  const { key: selection, runs } = await session.selectionKey();
  const params = { selection, tag: tags, at: x, x: axis, smoothing: smoothing || undefined };
  try {
    const [shown, whole] = await Promise.all([
      session.getJSON("data/values", { ...params, baseline: baseline ?? undefined }),
      baseline ? session.getJSON("data/values", params) : null,
    ]);
    const wholes = new Map(whole ? rowsOf(whole.rows, runs, tags) : []);
    return new Map(rowsOf(shown.rows, runs, tags).map(([name, row]) => [name, { ...row, whole: wholes.get(name)?.step === row.step ? wholes.get(name).shown : null }]));
  } catch (error) {
    if (error.status === 404) session.forgetSelectionKey();
    throw error;
  }
}

function rowsOf(rows, runs, tags) {
  const number = (value) => NON_FINITE[value] ?? value;
  return rows.run.map((run, i) => [
    nameIn(runs[run], tags[rows.tag[i]]),
    { step: rows.step[i], raw: number(rows.value[i]), shown: number(rows.smoothed[i]), seconds: rows.relative[i], x: rows.x[i] },
  ]);
}

function nameOf({ run, group, tagName }) {
  return nameIn(group?.key ?? run.name, tagName);
}

function nameIn(name, tag) {
  return `${name}\n${tag}`;
}

// Where the baseline has no point at the same place, it is taken between its drawn points.
function withExact(point, exact, ofBaseline) {
  if (!exact) return point;
  const { raw, shown, step, seconds, x, whole } = exact;
  const logged = { ...point, raw, value: shown, step, seconds, x };
  if (point.line.baseline) return { ...logged, base: whole === null ? null : whole - shown };
  if (ofBaseline?.x === x && point.baseline) return { ...logged, delta: shown - ofBaseline.shown, base: ofBaseline.shown };
  return { ...logged, ...differenceAt(point, x, shown) };
}
