// What the Graph page shows of a run: open scopes and the selected node, which the URL carries, and what only the page knows.

import { useMemo, useRef, useState } from "../react.js";
import { session } from "../session.js";
import { merged } from "./stacks.js";

const NOTHING = { open: [], blocks: [], node: "" };

// What a run's graph shows; the open scopes of one run say nothing of another.
function viewOf(run) {
  const { run: named, open, block, node } = session.view.ofPage("graph");
  return named === null || named === run ? { open, blocks: block, node: node ?? "" } : NOTHING;
}

export function useView(run) {
  const { open: opened, blocks, node: selected } = viewOf(run);
  const open = useMemo(() => new Set(opened), [opened]);
  const [lit, setLit] = useState("");
  const [spotlight, setSpotlight] = useState(null);
  const [hasDock, setDock] = useState(true);
  const toReveal = useRef(Boolean(selected));
  const setOpen = (ids) => session.view.set({ "graph.run": run, "graph.open": ids }, { label: "open scopes" });
  return {
    open,
    blocks,
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
    // twins: what is drawn for scopes that were opened in another block of their stack
    close: (id, twins) => setOpen(viewOf(run).open.filter((one) => (twins[one] ?? one) !== id)),
    showBlocks: (texts, others) =>
      session.view.set({ "graph.run": run, "graph.block": merged(viewOf(run).blocks, texts), ...others }, { isUndoable: false }),
    closeAll: () => setOpen([]),
  };
}
