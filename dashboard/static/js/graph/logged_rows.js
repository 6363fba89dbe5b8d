// What the run logged of the selected node, with its value at the step of the cursor; a press opens its card.

import { goToCard } from "../grid/go_to_card.js";
import { CopyButton } from "../copy_button.js";
import { formatCount } from "../format.js";
import { h, useEffect, useState } from "../react.js";
import { ROOT } from "../root.js";
import { session } from "../session.js";
import { shortValue, writeValue } from "./numbers.js";

const WIDTH = 96;
const HEIGHT = 22;
const PAD = 2;
const WORDS = { grad_norm: "Gradient norm", update_ratio: "Update ratio ΔW/W", params: "values", grads: "gradients", updates: "updates", activations: "activations", zero_share: "share of zeros", nonfinite_share: "share of non-finite" };

// live: of use_coloring.js
export function Logged({ run, id, hasParams, live }) {
  const { rows, error } = useRows(run, id, live);
  const step = live.logged?.step ?? null;
  if (error) return h(Unread, { error });
  if (rows === null) return null;
  if (rows.length === 0) return h(Nothing, { id, hasParams });
  return h(
    "div",
    null,
    h("h4", null, "Logged for this node", step !== null && ` · at step ${formatCount(step)}`),
    rows.map((row) => h(Row, { key: `${row.what} ${row.tag}`, row, run })),
    rows.some((row) => row.num_bad > 0) && h(Bad, { rows, step }), // last, since it comes and goes as steps pass
  );
}

// Stays on show until the next answer is there, so that nothing jumps as steps pass.
function useRows(run, id, live) {
  const [state, setState] = useState({ rows: null, error: null });
  const { step, logged } = live;
  useEffect(() => {
    const request = new AbortController();
    session.getJSON("data/graph/logged/node", { run, graph: live.graph || undefined, id, step: step ?? undefined }, request.signal).then(
      ({ rows }) => setState({ rows, error: null }),
      (error) => error.name !== "AbortError" && setState({ rows: null, error }),
    );
    return () => request.abort();
  }, [run, id, step, logged]);
  return state;
}

function Unread({ error }) {
  return h("div", null, h("h4", null, "Logged for this node"), h("p", { className: "graph-quiet", role: "status" }, `It could not be read: ${error.message}`));
}

function Nothing({ id, hasParams }) {
  const code = hasParams ? `writer.add_histogram("grads/${id}", gradients, step)` : `writer.add_histogram("activations/${id}", values, step)`;
  return h(
    "div",
    null,
    h("h4", null, "Logged for this node"),
    h("p", { className: "graph-quiet" }, "No histograms or norms logged for this node."),
    h("div", { className: "graph-code" }, h("code", null, code), h(CopyButton, { text: code, label: "Copy" })),
  );
}

function Bad({ rows, step }) {
  const count = rows.reduce((sum, row) => sum + (row.num_bad ?? 0), 0);
  const names = rows.filter((row) => row.num_bad > 0).map(wordsOf);
  return h("p", { className: "graph-finding is-bad" }, h("strong", null, `${formatCount(count)} non-finite ${count === 1 ? "value" : "values"}`), ` — in ${names.join(", ")}${step === null ? "" : ` at step ${formatCount(step)}`}.`);
}

function Row({ row, run }) {
  const name = wordsOf(row);
  return h(
    "button",
    { type: "button", className: "graph-logged", title: `${row.tag}\nOpens its card`, "aria-label": `${name} ${valueOf(row)}, open its card`, onClick: () => open(row) },
    h("span", { className: "graph-ellipsis" }, name),
    h("svg", { width: WIDTH, height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": true, style: { "--run": session.colorOf(run) } }, row.curve ? h("path", { className: "graph-logged-line", d: drawLine(row.curve) }) : h("path", { className: "graph-logged-bars", d: drawBars(row.bars) })),
    h("span", { className: "mono" }, valueOf(row)),
  );
}

function open({ page, tag }) {
  goToCard({ name: page, path: new URL(page, ROOT).pathname }, tag);
}

// A share says what it is of: `bias gradients: share of zeros`.
export function wordsOf({ what, name, tag }) {
  if (!WORDS[what] || what === "other") return tag;
  const held = what.endsWith("_share") ? WORDS[tag.split("/")[1]] : undefined;
  const words = held ? `${held}: ${WORDS[what]}` : WORDS[what];
  return name ? `${name} ${words}` : words[0].toUpperCase() + words.slice(1);
}

export function valueOf(row) {
  if (row.bars) return Number.isFinite(row.std) ? `σ ${shortValue(row.std)}` : "–";
  return row.value == null ? "–" : writeValue(row.value, shortValue);
}

export function drawLine({ steps, values }) {
  const finite = steps.map((step, i) => [step, values[i]]).filter(([, value]) => Number.isFinite(value));
  if (finite.length === 0) return "";
  const [low, high] = [Math.min(...finite.map(([, value]) => value)), Math.max(...finite.map(([, value]) => value))];
  const [first, last] = [finite[0][0], finite.at(-1)[0]];
  const x = (step) => PAD + ((WIDTH - 2 * PAD) * (step - first)) / (last - first || 1);
  const y = (value) => (high > low ? HEIGHT - PAD - ((HEIGHT - 2 * PAD) * (value - low)) / (high - low) : HEIGHT / 2);
  const points = finite.map(([step, value]) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`);
  return points.length === 1 ? `M${points[0]}h${WIDTH - 2 * PAD}` : `M${points.join("L")}`;
}

export function drawBars(heights) {
  const step = (WIDTH - 2 * PAD) / Math.max(1, heights.length);
  return heights
    .map((height, i) => (height > 0 ? `M${(PAD + i * step).toFixed(1)},${HEIGHT - PAD}v${(-Math.max(0.8, height * (HEIGHT - 2 * PAD))).toFixed(1)}h${(step * 0.82).toFixed(1)}V${HEIGHT - PAD}z` : ""))
    .join("");
}
