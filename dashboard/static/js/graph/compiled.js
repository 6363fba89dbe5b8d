// What XLA made of the graph: its totals where nothing is selected, and the kernels that do the work of a node.

import { countOf, formatCount } from "../format.js";
import { h, useEffect, useState } from "../react.js";
import { session } from "../session.js";
import { shortBytes, shortCount } from "./numbers.js";

const LOOPS = "A loop whose length the compiler does not know counts once: so does the one over the steps of a chunk.";

// source: {run, graph, id, light(ids or null)}; an empty id is the whole graph.
export function Compiled({ run, graph, id, light }) {
  const answer = useCompiled(run, graph, id);
  if (!answer?.program) return null;
  const { program, kernels, more } = answer;
  const count = kernels.length + more;
  if (id && count === 0) return null;
  const title = id ? `Compiled into${count > 1 ? ` ${formatCount(count)} kernels` : ""}` : "Kernels of most bytes";
  return h(
    "div",
    { className: "graph-compiled" },
    !id && h(Totals, { program }),
    kernels.length > 0 && h(id ? "h4" : "h3", null, title, " · ≈ estimated"),
    h(Kernels, { kernels, id, light }),
    more > 0 && h("p", { className: "graph-quiet" }, `and ${formatCount(more)} more`),
  );
}

function useCompiled(run, graph, id) {
  const [answer, setAnswer] = useState(null);
  useEffect(() => {
    if (!run) return undefined; // a graph from a file
    const request = new AbortController();
    session.getJSON("data/graph/compiled", { run, graph: graph || undefined, id: id || undefined }, request.signal).then(setAnswer, (error) => error.name !== "AbortError" && setAnswer(null));
    return () => request.abort();
  }, [run, graph, id]);
  return answer;
}

function Totals({ program }) {
  const { totals } = program;
  const fused = `kernels; ${formatCount(program.num_fused)} of them do the work of several operations`;
  const figures = [
    ["FLOPs", totals.flops, shortCount],
    ["Accessed", totals.bytes_accessed, shortBytes, "bytes that are read and written, as the compiler counts them"],
    ["Peak", peakBytes(totals), shortBytes, "bytes in memory at once: arguments, outputs and temporary arrays; what takes the place of an argument counts once"],
    ["Kernels", program.num_kernels, shortCount, fused],
  ];
  return [
    h("h3", { key: "title" }, `Compiled by XLA${program.platform ? ` for ${program.platform}` : ""}`, h("span", { className: "mono" }, ` ${program.name}`)),
    h(
      "dl",
      { key: "totals", className: "graph-figures" },
      figures.map(([name, value, write, note]) => h("div", { key: name, title: [value === undefined ? "" : formatCount(value), note].filter(Boolean).join(" ") }, h("dt", null, name), h("dd", null, value === undefined ? "–" : write(value)))),
    ),
    h("p", { key: "loops", className: "graph-quiet" }, LOOPS),
  ];
}

// What lies in memory at once; undefined where the platform does not tell.
export function peakBytes(totals) {
  const { argument_bytes: read, output_bytes: given, alias_bytes: shared = 0, temporary_bytes: temporary } = totals;
  return read === undefined || given === undefined || temporary === undefined ? undefined : read + given - shared + temporary;
}

// Pointing at a kernel lights what it does the work of; a press holds the light.
function Kernels({ kernels, id, light }) {
  const [held, setHeld] = useState(null);
  const show = (kernel) => light(kernel?.items.length > 0 ? kernel.items : null);
  useEffect(() => {
    setHeld(null);
    return () => light(null);
  }, [id]);
  const press = (kernel) => {
    const next = held === kernel ? null : kernel;
    setHeld(next);
    show(next);
  };
  return kernels.map((kernel) =>
    h(
      "button",
      {
        key: kernel.name,
        type: "button",
        className: "graph-kernel",
        title: `${kernel.name} · ${kernel.kind}\nLights the nodes whose work it does`,
        "aria-pressed": held === kernel,
        onPointerEnter: () => show(kernel),
        onPointerLeave: () => show(held),
        onFocus: () => show(kernel),
        onBlur: () => show(held),
        onClick: () => press(kernel),
      },
      h("span", { className: "graph-ellipsis mono" }, kernel.name),
      h("span", { className: "graph-quiet" }, wordsOf(kernel, id)),
      h("span", { className: "mono" }, figuresOf(kernel)),
    ),
  );
}

// Of a node: with how many others; of a scope and of the whole graph: of how many operations.
export function wordsOf({ num_ops: count, items }, id) {
  if (id && items.includes(id)) return count > 1 ? `with ${countOf(count - 1, "other")}` : "alone";
  return countOf(count, "op");
}

export function figuresOf({ flops, bytes, times }) {
  const figures = [flops > 0 && `≈ ${shortCount(flops)} FLOPs`, `≈ ${shortBytes(bytes)}`].filter(Boolean).join(" · ");
  return times > 1 ? `${formatCount(times)} × ${figures}` : figures;
}
