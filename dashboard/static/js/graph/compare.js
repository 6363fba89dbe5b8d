// Comparing with another run: the choice of the run, and what differs, one change after the other.

import { countOf, formatCount } from "../format.js";
import { Icon, h, useState } from "../react.js";
import { useKeys } from "../use_keys.js";
import { isUploaded } from "./graph_choice.js";
import { RunPicker } from "./run_list.js";
import { chooseFile, useUpload } from "./upload.js";

export const SIGNS = { added: "+", removed: "−", changed: "~" };

// runs: those with a graph; base: name of the run compared with, or of an uploaded graph, or ""; choose(name or null)
export function CompareChoice({ session, runs, run, base, choose }) {
  const others = runs.filter((one) => one.name !== run);
  const found = runs.find((one) => one.name === base);
  const name = isUploaded(base) ? "the opened file" : (found?.label ?? base);
  const shown = base !== "";
  const take = useUpload(choose);
  const face = shown
    ? [h("span", { key: "swatch", className: "swatch", style: { background: isUploaded(base) ? "var(--text-3)" : session.colorOf(base) } }), h("span", { key: "name", className: "graph-ellipsis" }, `vs ${name}`)]
    : [h(Icon, { key: "icon", name: "git-compare", size: 14 }), h("span", { key: "name", className: "graph-word" }, "Compare")];
  const words = shown ? `Compare vs ${name}` : "Compare with another run"; // what is seen is part of it, for those who say it
  const more = (close) => [
    h(Choice, { key: "file", icon: "upload", label: "A file", detail: ".pb or .pbtxt", close, run: () => chooseFile(take) }),
    shown && h(Choice, { key: "none", icon: "x", label: "No comparison", close, run: () => choose(null) }),
  ];
  return h(RunPicker, {
    session,
    label: "Compare with another run",
    align: "end",
    runs: others,
    chosen: base,
    choose,
    more,
    button: { className: shown ? "graph-button is-on" : "graph-button", title: shown ? `Compared with ${name}` : "Compare with the graph of another run", "aria-label": words, children: face },
  });
}

function Choice({ icon, label, detail, close, run }) {
  const choose = () => {
    close();
    run();
  };
  return h("button", { type: "button", className: "menu-item", onClick: choose }, h(Icon, { name: icon, size: 14 }), h("span", { className: "menu-label" }, label), detail && h("span", { className: "menu-detail" }, detail));
}

// comparison: of the drawing; selected: id of an item; go(id) shows one.
export function CompareChip({ comparison, selected, go, end }) {
  const { changes } = comparison;
  const [last, setLast] = useState(-1);
  const at = changes.findIndex((change) => change.id === selected);
  const step = (by) => {
    if (changes.length === 0) return;
    const from = at >= 0 ? at : last;
    const next = (from + by + changes.length) % changes.length;
    setLast(next);
    go(changes[from < 0 && by < 0 ? changes.length - 1 : next].id);
  };
  useKeys("Graph", [
    { keys: ["N"], label: "Next change of the comparison", run: () => step(1), isRepeated: true },
    { keys: ["Shift+N"], label: "Previous change of the comparison", run: () => step(-1), isRepeated: true },
  ]);
  return h(
    "div",
    { className: "graph-float graph-chip-bar graph-compare-bar", role: "status" },
    changes.length === 0 ? h("span", null, "No differences") : h(Counts, { comparison }),
    comparison.renamed > 0 && h("span", { className: "graph-quiet", title: "Of the same structure under another name" }, `${formatCount(comparison.renamed)} renamed`),
    batchesDiffer(comparison) && h("span", { className: "graph-quiet", title: "The batch size counts as equal" }, `batch ${comparison.batches.map((size) => size ?? "?").join(" → ")}`),
    changes.length > 0 && h(Steps, { at, count: changes.length, step }),
    h("button", { type: "button", className: "icon-button is-small", title: "End the comparison", "aria-label": "End the comparison", onClick: end }, h(Icon, { name: "x", size: 14 })),
  );
}

function batchesDiffer({ batches: [before, now] }) {
  return before !== now;
}

function Counts({ comparison }) {
  return Object.keys(SIGNS)
    .filter((kind) => comparison[kind] > 0)
    .map((kind) => h("span", { key: kind, className: `graph-count change-${kind}` }, h("b", { "aria-hidden": true }, SIGNS[kind]), `${formatCount(comparison[kind])} ${kind}`));
}

function Steps({ at, count, step }) {
  return [
    h("button", { key: "up", type: "button", className: "icon-button is-small", title: "Previous change (⇧N)", "aria-label": "Previous change", onClick: () => step(-1) }, h(Icon, { name: "chevron-up", size: 14 })),
    h("span", { key: "at", className: "mono graph-quiet", title: countOf(count, "change") }, `${at >= 0 ? at + 1 : "–"}/${formatCount(count)}`),
    h("button", { key: "down", type: "button", className: "icon-button is-small", title: "Next change (N)", "aria-label": "Next change", onClick: () => step(1) }, h(Icon, { name: "chevron-down", size: 14 })),
  ];
}
