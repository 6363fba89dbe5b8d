// Which of the graphs of a run is shown, where it logged several.

import { formatCount } from "../format.js";
import { Icon, h } from "../react.js";

// What holds a graph, the most detailed first, as the server's list of kinds.
export const GRAPH_KINDS = ["graphs", "graph_run_metadata_graph", "graph_run_metadata", "graph_keras_model"];

// Whether a graph came from a file and not from a run.
export const isUploaded = (graph) => Boolean(graph?.startsWith("upload:"));

// What files that are saved of a graph are named after.
export const sourceName = (run, graph) => (isUploaded(graph) ? "opened file" : run);

export const hasGraph = (run) => GRAPH_KINDS.some((kind) => run.kinds.includes(kind));

// graphs: as the server lists them, the newest of each tag first; choose(id or null for the newest)
export function GraphChoice({ graphs: logged, shown, choose }) {
  const graphs = isUploaded(shown) ? withFile(logged ?? [], shown) : logged;
  if (!graphs || graphs.length < 2) return graphs && isUploaded(shown) ? h("span", { className: "graph-run" }, "Opened file") : null;
  const newest = graphs[0].id;
  return h(
    "label",
    { className: "graph-run", title: isUploaded(shown) ? "A graph from a file" : `${formatCount(graphs.length)} graphs and functions of this run` },
    h(
      "select",
      { value: shown, "aria-label": "Graph of the run", onChange: ({ target }) => choose(target.value === newest ? null : target.value) },
      graphs.map((graph) => h("option", { key: graph.id, value: graph.id }, label(graph, graphs))),
    ),
    h(Icon, { name: "chevron-down", size: 12 }),
  );
}

// The opened file behind the graphs of the run, its functions behind it.
function withFile(logged, shown) {
  const isFunction = ({ kind }) => kind === "function";
  const file = { id: shown.split("#function=")[0], name: "Opened file", step: 0 };
  return [...logged.filter((graph) => !isFunction(graph) && graph.id !== file.id), file, ...logged.filter(isFunction)];
}

// With what tells it from others of its name: the step, else which of them it is.
function label({ id, name, step }, graphs) {
  const alike = graphs.filter((other) => other.name === name);
  if (alike.length < 2) return name;
  const isToldByStep = new Set(alike.map((other) => other.step)).size === alike.length;
  return isToldByStep ? `${name}, step ${formatCount(step)}` : `${name} ${alike.length - alike.findIndex((other) => other.id === id)} of ${alike.length}`;
}
