// A plot whose points have no place on its y-axis: NaN, Inf and, on a log axis, what is not above 0. Such an axis has no
// ticks, since any would be made up, and the plot says why.

import { formatCount } from "../format.js";

const KINDS = ["NaN", "+Inf", "−Inf"];

// {title, text} of lines that hold points, none of which has a place; null of any other.
export function sayBare(lines, isLog) {
  if (lines.some(({ values }) => values.some((value) => (isLog ? value > 0 : Number.isFinite(value))))) return null;
  if (isLog && lines.some(({ values }) => values.some(Number.isFinite))) return { title: "No value above 0", text: "A log axis draws positive values only." };
  const counts = KINDS.map((_, kind) => sum(lines, (line) => line.counts[kind]));
  if (counts.every((count) => count === 0)) return null;
  return { title: "No finite value", text: sayWhich(lines, counts) };
}

// How many there are of each, and where.
function sayWhich(lines, counts) {
  const which = KINDS.map((word, kind) => (counts[kind] > 0 ? `${formatCount(counts[kind])} ${word}` : "")).filter(Boolean).join(", ");
  const first = Math.min(...lines.flatMap(({ firstSteps }) => firstSteps ?? []).filter(Number.isFinite));
  const isOne = lines.every(({ nonFinite }) => nonFinite.steps.every((step) => step === first));
  return `${which}${isOne ? "" : ", the first"} at step ${formatCount(first)}`;
}

function sum(lines, count) {
  return lines.reduce((total, line) => total + count(line), 0);
}

// Has a plot say it. over: the element over its area
export function showBare(over, said) {
  over.querySelector(".plot-bare")?.remove();
  if (!said) return;
  const root = document.createElement("div");
  root.className = "plot-bare";
  root.append(...["strong", "span"].map((name) => document.createElement(name)));
  [root.firstChild.textContent, root.lastChild.textContent] = [said.title, said.text];
  over.append(root);
}
