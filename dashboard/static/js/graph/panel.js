// The node panel: what the selected box is, what it costs, what it reads and gives.

import { copyText } from "../clipboard.js";
import { countOf, formatCount } from "../format.js";
import { notify } from "../notifications.js";
import { Icon, h, useState } from "../react.js";
import { Compiled } from "./compiled.js";
import { Logged } from "./logged_rows.js";
import { shortBytes, shortCount } from "./numbers.js";

const NUM_SAVED = 5; // of the tensors kept for the backward pass, until more are asked for

// facts: the answer of data/graph/node, or null while it is asked for; logged: {run, id, live}, what is listed of the
// run's values; compiled: {run, graph, light(ids)}; go(id) selects another node.
export function NodePanel({ facts, logged, compiled, isTraced, go, trace, expand, close }) {
  if (!facts) return h("section", { className: "graph-panel", "aria-busy": true });
  return h(
    "section",
    { className: "graph-panel", "aria-label": `Node ${facts.id}` },
    h(
      "div",
      { className: "graph-dock-head" },
      h(Path, { facts, go }),
      expand && h("button", { type: "button", className: "graph-button is-small", title: "Open all below it (⇧Enter)", onClick: expand }, "Expand all"),
      trace && h("button", { type: "button", className: "graph-button is-small", "aria-pressed": trace.isOn, title: "Light what it depends on and what depends on it (R)", onClick: trace.toggle }, h(Icon, { name: "corner-down-right", size: 12 }), "Trace"),
      h("button", { type: "button", className: "icon-button is-small", title: "Let go (Esc)", "aria-label": "Let go of the node", onClick: close }, h(Icon, { name: "x", size: 14 })),
    ),
    h(
      "div",
      { className: "graph-panel-body" },
      h(Title, { facts }),
      h(Figures, { facts, isTraced }),
      facts.finding && h("p", { className: "graph-finding" }, h("strong", null, facts.finding.lead), ` — ${facts.finding.text}`),
      h(Facts, { facts }),
      h(Saved, { key: `saved ${facts.id}`, saved: facts.saved, copies: facts.copies, go }),
      h(Ends, { title: "Reads", ends: facts.inputs, go }),
      h(Ends, { title: "Read by", ends: facts.outputs, go }),
      h(Controls, { controls: facts.controls, go }),
      logged && h(Logged, { key: logged.id, hasParams: facts.params > 0, ...logged }), // what comes after the rest stands below it
      compiled && h(Compiled, { id: facts.id, ...compiled }),
    ),
  );
}

export function NoNode({ compiled }) {
  return h(
    "section",
    { className: "graph-panel" },
    h("div", { className: "graph-dock-head" }, h("h2", null, "Node")),
    h(
      "div",
      { className: "graph-panel-body" },
      h("p", { className: "graph-quiet" }, "Click a box to see its shapes, cost and source. Double-click opens it."),
      compiled && h(Compiled, { id: "", ...compiled }),
    ),
  );
}

function Path({ facts, go }) {
  return h(
    "div",
    { className: "graph-path mono" },
    facts.path.map((id, i) => {
      const name = i ? id.slice(facts.path[i - 1].length + 1) || id : id;
      const isLast = i === facts.path.length - 1;
      return [i > 0 && h("span", { key: `${id}/` }, " / "), isLast ? h("span", { key: id }, name) : h("button", { key: id, type: "button", onClick: () => go(id) }, name)];
    }),
  );
}

function Title({ facts }) {
  return h(
    "div",
    { className: "graph-title" },
    h("i", { style: { background: `var(--f-${facts.family})` }, title: facts.family_name }),
    h("h3", { title: facts.id }, facts.name),
    facts.op && h("span", { className: "graph-chip" }, facts.op),
    facts.is_scope && h("span", { className: "graph-chip" }, countOf(facts.nodes, "node")),
  );
}

function Figures({ facts, isTraced }) {
  const known = [
    ["Params", shortCount(facts.params), formatCount(facts.params)],
    ["FLOPs", shortCount(facts.flops), formatCount(facts.flops)],
    ["Output", facts.output_bytes ? shortBytes(facts.output_bytes) : "–", `${formatCount(facts.output_bytes)} bytes`],
    ["Saved", shortBytes(facts.saved_bytes), `${formatCount(facts.saved_bytes)} bytes kept for the backward pass`],
  ];
  const counted = [
    ["Nodes", shortCount(facts.nodes), formatCount(facts.nodes)],
    ["Reads", formatCount(facts.inputs.listed.length + facts.inputs.more)],
    ["Read by", formatCount(facts.outputs.listed.length + facts.outputs.more)],
    ["Output", facts.output_bytes ? shortBytes(facts.output_bytes) : "–", `${formatCount(facts.output_bytes)} bytes`],
  ];
  return h(
    "dl",
    { className: "graph-figures" },
    (isTraced ? known : counted).map(([name, value, exact]) => h("div", { key: name, title: exact }, h("dt", null, name), h("dd", null, value))),
  );
}

function Facts({ facts }) {
  const inputs = [...new Set(facts.inputs.listed.map((end) => end.value).filter(Boolean))];
  const rows = [
    inputs.length && ["Input", inputs.slice(0, 3).join(", ") + (inputs.length > 3 ? ", …" : "")],
    facts.function && ["Function", facts.function],
    facts.output && ["Output", facts.output],
    ...(facts.is_parameter ? [] : facts.weights.map(({ name, value }) => [name, value])),
    facts.source && ["Source", h(Source, { source: facts.source })],
    facts.device && ["Device", facts.device],
    facts.times > 1 && ["Runs", `${formatCount(facts.times)} × a step`],
    facts.recomputed_flops != null && ["Computed again", `in the backward pass, ${flopsOf(facts.recomputed_flops)}`],
    ...facts.attributes,
  ].filter(Boolean);
  if (rows.length === 0) return null;
  return h(
    "dl",
    { className: "graph-facts" },
    rows.map(([name, value], i) => [h("dt", { key: `${i}t`, title: name }, name), h("dd", { key: `${i}d` }, value)]),
  );
}

function flopsOf(flops) {
  return flops > 0 ? `${shortCount(flops)} FLOPs` : "without FLOPs";
}

async function copy(text) {
  if (!(await copyText(text))) notify({ tone: "warn", text: "The browser lets no page copy here." });
}

function Source({ source }) {
  return h("button", { type: "button", className: "link mono", title: `Copy ${source}`, onClick: () => copy(source) }, source.split("/").pop());
}

function Saved({ saved, copies, go }) {
  const [isWhole, setWhole] = useState(false);
  if (saved.length === 0) return null;
  const largest = saved[0].bytes;
  const more = saved.length - NUM_SAVED;
  const shown = isWhole || more <= 1 ? saved : saved.slice(0, NUM_SAVED);
  return h(
    "div",
    null,
    h("h4", null, copies > 1 ? "Kept for backward, per block" : "Kept for backward"),
    shown.map((tensor) =>
      h(
        "button",
        { key: tensor.id, type: "button", className: "graph-saved", onClick: () => go(tensor.id), title: tensor.id },
        h("span", { className: "graph-ellipsis" }, tensor.name),
        h("span", { className: "mono" }, tensor.dtype),
        h("span", { className: "graph-saved-bar" }, h("i", { style: { width: `${(100 * tensor.bytes) / largest}%` } })),
        h("span", { className: "mono" }, shortBytes(tensor.bytes)),
      ),
    ),
    shown.length < saved.length && h("button", { type: "button", className: "link graph-more", onClick: () => setWhole(true) }, `${more} more`),
  );
}

function Ends({ title, ends, go }) {
  if (ends.listed.length === 0) return null;
  return h(
    "div",
    null,
    h("h4", null, title),
    ends.listed.map((end, i) =>
      h(
        "button",
        { key: i, type: "button", className: "graph-end", onClick: () => go(end.id), title: end.id },
        h("span", { className: "graph-ellipsis" }, h("bdi", null, end.id)),
        h("span", { className: "mono" }, end.value),
      ),
    ),
    ends.more > 0 && h("p", { className: "graph-quiet" }, `and ${formatCount(ends.more)} more`),
  );
}

function Controls({ controls, go }) {
  return h(Ends, { title: "Runs after", ends: { listed: controls.map((id) => ({ id, value: "" })), more: 0 }, go });
}
