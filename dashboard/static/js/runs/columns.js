// Which columns the list has, and how wide they are. A width depends on what may stand in a column, not on what stands
// there now, and never shrinks for other values: nothing shifts while runs write.

import { formatHparam } from "../format.js";
import { session } from "../session.js";
import { isDelta } from "./delta.js";
import { facts } from "./facts.js";

export const SEPARATOR = " · ";
const MAX_HPARAMS = 3; // where nobody chose
const MAX_TEXT = 24; // characters of a hyperparameter
const MAX_NAME = 18; // characters of names that other columns leave room for
const MIN_NAME = 11; // and those that someone chose
const CHARACTER_PX = { name: 7.6, hparam: 6.7, head: 6.3, separator: 9.5 };
const FIXED_PX = 100; // padding, box, swatch and status, with all gaps
const INDENT_PX = 16;
const FLAG_PX = 16; // of the baseline, beside its name
const AGE_PX = 36;
const CURVE_PX = 40;
const SHARE_PX = 60; // of a difference in percent: +119.0 %
const METRIC_PX = 58; // as −0.08872 is written: the widest usual number, so that none moves the column

// The names of the hyperparameters to show: those chosen, else those that tell the runs apart best. What the runs ran on
// stands among them where someone chose it.
export function chooseHparams() {
  const chosen = session.view.get("hparams");
  if (chosen) return [...facts.hparams, ...facts.environment].filter((one) => chosen.includes(one.name)).map((one) => one.name);
  const grouping = session.groups ? (session.view.get("group")?.by ?? []) : []; // which the heads of the groups say
  return facts.differing.filter((one) => !grouping.includes(one.name)).slice(0, MAX_HPARAMS).map((one) => one.name);
}

// The metric to show, as {name, tag, measure, isDelta: whether as the difference to the baseline}; its name is "" for none.
export function chooseMetric() {
  const name = session.view.get("metric") || facts.usualMetric;
  const at = name.lastIndexOf(".");
  return { name, tag: name.slice(0, at), measure: name.slice(at + 1), isDelta: isDelta() };
}

// What fits into a panel of this width: {hparams: names, hparamsPx, metricPx, hasShare, hasCurve, hasAge}
//   places: of tree.js
export function fitColumns({ hparams, metric, places, panelPx }) {
  const widthOf = (most) => (Math.min(most, places.longest) + 0.5) * CHARACTER_PX.name + INDENT_PX * places.deepest;
  const flagPx = session.runNamed(session.sidecar.baseline) ? FLAG_PX : 0;
  let room = panelPx - FIXED_PX - flagPx - widthOf(MIN_NAME) - (metric.name ? METRIC_PX : 0); // once names can be told apart
  const take = (px, isWanted = true) => {
    const isTaken = isWanted && room >= px;
    if (isTaken) room -= px;
    return isTaken;
  };
  const hasShare = take(SHARE_PX, metric.isDelta && metric.name !== "");
  const hasAge = take(AGE_PX);
  const isChosen = session.view.get("hparams")?.length > 0; // which come before long names and the curve
  if (!isChosen) room -= widthOf(MAX_NAME) - widthOf(MIN_NAME);
  const curve = metric.name !== "" && !metric.isDelta && room >= CURVE_PX ? CURVE_PX : 0;
  const fitted = fitHparams(hparams, isChosen ? room : room - curve);
  const metricPx = metric.name ? METRIC_PX + (hasShare ? SHARE_PX : 0) : 0;
  return { ...fitted, metricPx, hasShare, hasAge, hasCurve: curve > 0 && room - fitted.hparamsPx >= curve };
}

// The widths as properties of a style sheet.
export function columnWidths({ hparamsPx, metricPx: px, hasCurve, hasAge }) {
  return { "--w-hparams": `${hparamsPx}px`, "--w-metric": `${px}px`, "--w-curve": `${hasCurve ? CURVE_PX : 0}px`, "--w-age": `${hasAge ? AGE_PX : 0}px` };
}

function longestOf(values, write) {
  return values.reduce((longest, value) => Math.max(longest, write(value).length), 1);
}

function fitHparams(names, room) {
  const hparams = [];
  let [values, heads] = [0, 0];
  for (const name of names) {
    const between = hparams.length > 0 ? CHARACTER_PX.separator : 0;
    const longest = longestOf(facts.valuesOf(name), formatHparam);
    const next = [values + between + Math.min(MAX_TEXT, longest) * CHARACTER_PX.hparam, heads + between + shortName(name).length * CHARACTER_PX.head];
    if (Math.max(...next) > room) break;
    hparams.push(name);
    [values, heads] = next;
  }
  return { hparams, hparamsPx: Math.ceil(Math.max(values, heads)) };
}

// A name of a hyperparameter without the folders of a nested config: optimizer.lr → lr
export function shortName(name) {
  return name.slice(name.lastIndexOf(".") + 1) || name;
}

// The texts of a run's hyperparameters: what stands in the row, and all of it for the tooltip.
export function writeHparams(run, names) {
  const values = names.map((name) => facts.valueOf(run, name));
  const short = values.map((value) => (value === null ? "–" : formatHparam(value).slice(0, MAX_TEXT)));
  const whole = names.map((name, i) => `${name} ${values[i] === null ? "–" : values[i]}`);
  return { text: values.every((value) => value === null) ? "" : short.join(SEPARATOR), title: whole.join("\n") };
}
