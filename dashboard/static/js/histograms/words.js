// What a card says in words: the line of statistics, badges and foot.

import { formatCount } from "../format.js";
import { make, makeButton, makeName } from "./elements.js";
import { formatExact, formatNumValues, formatShare, formatStatistic, formatStep } from "./numbers.js";

const MANY_ZEROS = 0.1;
const MAX_BADGES = 2;
const MAX_SWATCHES = 5;

export const isOneValue = (data, row) => data.min[row] === data.max[row];
const isFinite = (data, row) => data.numNonFinite[row] < data.num[row];

// The last row with a finite value; −1 if there is none.
export function lastFiniteRow(data) {
  for (let row = data.numRows - 1; row >= 0; row -= 1) if (isFinite(data, row)) return row;
  return -1;
}

export function writeStatistics(element, data, row, goTo) {
  if (!isFinite(data, row)) {
    const last = lastFiniteRow(data);
    const count = make("span", "ridge-count", `${formatCount(data.numNonFinite[row])} non-finite`);
    const nodes = [make("strong", "", "Nothing finite at this step"), count];
    if (last >= 0) nodes.push(makeButton("link", "Go to the last finite step", "", () => goTo(last)));
    element.replaceChildren(...nodes);
    return;
  }
  const isExact = isOneValue(data, row) || data.median[row] === 0;
  const count = make("span", "ridge-count", `${formatNumValues(data.num[row])} value${data.num[row] === 1 ? "" : "s"}`);
  count.title = formatCount(data.num[row]);
  element.replaceChildren(
    statistic("μ", data.mean[row], "Mean"),
    statistic("σ", data.std[row], "Standard deviation"),
    statistic("median", data.median[row], "By linear rank inside its bucket", isExact ? "" : "≈"),
    count,
  );
}

function statistic(name, value, title, mark = "") {
  const element = make("span", "", `${name} `);
  element.title = `${title}: ${value}`;
  element.append(make("b", "", mark + formatStatistic(value)));
  return element;
}

// At most two findings: non-finite values anywhere, zeros and one value at the shown row.
export function writeBadges(element, data, row, goTo) {
  const badges = [];
  const flagged = data.numNonFinite.findIndex((count) => count > 0);
  if (flagged >= 0) {
    const [count, step] = [formatCount(data.numNonFinite[flagged]), data.steps[flagged]];
    const more = data.numFlagged > 1 ? ` Non-finite values in ${formatCount(data.numFlagged)} of ${formatCount(data.numLogged)} histograms.` : "";
    const text = `${count} non-finite at ${formatStep(step, largestStep(data))}`;
    const title = `First ${count} non-finite values at step ${formatCount(step)}. Click to go there.${more}`;
    badges.push(badge("is-bad", text, title, () => goTo(flagged)));
  }
  if (data.zeros[row] >= MANY_ZEROS) badges.push(badge("is-warn", `${formatShare(data.zeros[row])} zeros`));
  if (isFinite(data, row) && isOneValue(data, row)) badges.push(badge("", "one value"));
  element.replaceChildren(...badges.slice(0, MAX_BADGES));
}

function badge(className, text, title = text, onClick = null) {
  const element = onClick ? makeButton("", text, title, onClick) : make("span", "", text);
  element.className = `ridge-badge ${className}`;
  element.title = title;
  return element;
}

export function writeFoot(element, data, session, chooseRun) {
  const parts = notes(data);
  const note = make("span", "ridge-note", parts.join(" · "));
  note.title = `${parts.join(". ")}. ${drawnNote(data)}`;
  element.replaceChildren(note, makeRunPicker(data, session, chooseRun));
}

function notes(data) {
  const found = [howMany(data)];
  if (data.isCut) found.push("spikes cut");
  if (data.edgesChangedStep !== null) found.push(`Bucket edges changed at step ${formatCount(data.edgesChangedStep)}`);
  else if (data.numEvenBuckets > 0) found.push(`${data.numEvenBuckets} buckets as logged`);
  if (data.numReplaced > 0) found.push(`${formatCount(data.numReplaced)} replaced by a restart`);
  if (data.numUnreadable > 0) found.push(`${formatCount(data.numUnreadable)} unreadable`);
  return found;
}

function howMany(data) {
  if (data.numRows === 0) return "0 histograms";
  const [low, high] = [data.min[0], data.max[0]];
  const isConstant = low === high && data.min.every((value) => value === low) && data.max.every((value) => value === high);
  if (isConstant) return data.num[0] === 1 ? `The value is ${formatExact(low)}` : `All ${formatCount(data.num[0])} values are ${formatExact(low)}`;
  if (data.numLogged === 1) return "1 histogram";
  if (data.numLogged === data.numRows) return `${formatCount(data.numRows)} histograms`;
  return `${formatCount(data.numRows)} of ${formatCount(data.numLogged)} histograms`;
}

function drawnNote(data) {
  const cut = data.isCut ? " Spikes of one value (zeros, a constant start) are cut at the top, so that the rest can be seen." : "";
  if (data.numLogged === data.numRows) return `All logged histograms are drawn.${cut}`;
  return `Steps are evenly spaced; the first, the last and those with non-finite values are always drawn.${cut}`;
}

// The run that is drawn, and a way to the others: a native list, and swatches where they are few.
function makeRunPicker(data, session, chooseRun) {
  const picker = make("span", "ridge-run");
  const label = (name) => session.labelOf(name) || name;
  const chip = make("span", "ridge-run-name");
  chip.append(swatch(session.colorOf(data.runName)), makeName(label(data.runName)));
  picker.append(chip);
  if (data.runNames.length < 2) return picker;
  const list = make("select", "ridge-run-list");
  list.setAttribute("aria-label", "Run whose histograms are drawn");
  list.title = `${label(data.runName)}. ${data.runNames.length} selected runs have this tag.`;
  for (const name of data.runNames) list.append(new Option(label(name), name, false, name === data.runName));
  list.addEventListener("change", () => chooseRun(list.value));
  chip.append(make("span", "icon icon-chevron-down is-12"), list);
  if (data.runNames.length > MAX_SWATCHES) return picker;
  for (const name of data.runNames) {
    if (name === data.runName) continue;
    const button = makeButton("ridge-run-other", "", `Show ${label(name)}`, () => chooseRun(name));
    button.append(swatch(session.colorOf(name)));
    picker.append(button);
  }
  return picker;
}

function swatch(color) {
  const element = make("span", "swatch");
  element.style.background = color;
  return element;
}

// What a screen reader says of the plot.
export function describePlot(tag, data) {
  const steps = data.numRows > 0 ? `, steps ${formatCount(data.steps[0])} to ${formatCount(data.steps[data.numRows - 1])}` : "";
  return `${tag}: ${howMany(data)} of ${data.runName}${steps}. Arrow keys move the step.`;
}

export const largestStep = (data) => Math.abs(data.steps[data.numRows - 1]);
