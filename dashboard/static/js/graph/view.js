// What the Graph page shows of a run: open scopes and the selected node, which the URL carries, and what only the page knows.

import { useMemo, useRef, useState } from "../react.js";
import { session } from "../session.js";

const NOTHING = { open: [], node: "" };

// What a run's graph shows; the open scopes of one run say nothing of another.
function viewOf(run) {
  const { run: named, open, node } = session.view.ofPage("graph");
  return named === null || named === run ? { open, node: node ?? "" } : NOTHING;
}

export function useView(run) {
  const { open: opened, node: selected } = viewOf(run);
  const open = useMemo(() => new Set(opened), [opened]);
  const [lit, setLit] = useState("");
  const [spotlight, setSpotlight] = useState(null);
  const [hasDock, setDock] = useState(true);
  const toReveal = useRef(Boolean(selected));
  const setOpen = (ids) => session.view.set({ "graph.run": run, "graph.open": ids }, { label: "open scopes" });
  return {
    open,
    selected,
    lit,
    setLit,
    spotlight,
    setSpotlight,
    hasDock,
    toReveal,
    select: (id) => id !== selected && session.view.set({ "graph.run": run, "graph.node": id || null }, { isUndoable: false }),
    toggleDock: () => setDock(!hasDock),
    openMany: (ids) => setOpen([...viewOf(run).open, ...ids]),
    close: (id) => setOpen(viewOf(run).open.filter((one) => one !== id)),
    closeAll: () => setOpen([]),
  };
}
