// A button that opens the list of runs with a graph, which a field filters, to choose one.

import { countOf } from "../format.js";
import { Popover } from "../overlay.js";
import { h } from "../react.js";
import { membersThatMatch } from "./folded.js";
import { PickList } from "./pick_list.js";

// runs: [{name, label}]; chosen: name of the one that is marked; choose(name); more(close): what stands below the list
export function RunPicker({ session, label, button, align, runs, chosen, choose, more = () => null }) {
  return h(Popover, { label, button, align, className: "graph-picking" }, (close) => {
    const all = runs.map((run) => ({ id: run.name, name: run.label ?? run.name, op: "" }));
    const list = h(PickList, {
      key: "runs",
      id: "graph-runs",
      label,
      placeholder: `Filter ${countOf(all.length, "run")}`,
      filterLabel: "Filter runs by name",
      all,
      matches: (query) => membersThatMatch(all, query),
      chosen,
      nothing: "No run of this name has a graph.",
      choose: ({ id }) => {
        close();
        choose(id);
      },
      options: {
        first: ({ id }) => h("span", { className: "swatch", style: { background: session.colorOf(id) } }),
        last: ({ id }) => (id === chosen ? "shown" : ""),
      },
    });
    return [all.length > 0 && list, more(close)];
  });
}
