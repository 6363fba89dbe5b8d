// What the Graph page shows of a run: open scopes and the selected node, which the URL carries, and what only the page knows.

import { notify } from "../notifications.js";
import { useMemo, useRef, useState } from "../react.js";
import { session } from "../session.js";
import { MAX_OPEN, onlyOpen, withOpened } from "./open_scopes.js";
import { merged } from "./stacks.js";

// Among the open scopes: the module that is alone at the top is closed.
const CLOSED = "/";
const NOTHING = { graph: null, open: [], block: [], node: null, compare: null, to: null, trace: "off", at: null };

// What a run's graph shows; the open scopes of one run say nothing of another.
function viewOf(run) {
  const shown = session.view.ofPage("graph");
  const { graph, open, block: blocks, node, compare, to, trace, at } = shown.run === null || shown.run === run ? shown : NOTHING;
  return { graph: graph ?? "", open: open.slice(0, MAX_OPEN), blocks, node: node ?? "", compare: compare ?? "", to: to ?? "", trace, at };
}

// isInSight(id): whether an open scope is drawn
function openedIn(run, ids, isInSight = () => true) {
  return withOpened(viewOf(run).open.filter((one) => one !== CLOSED), ids, isInSight);
}

export function useView(run) {
  const { graph, open: opened, blocks, node: selected, compare, to, trace, at } = viewOf(run);
  const setQuietly = (changes) => session.view.set({ "graph.run": run, ...changes }, { isUndoable: false });
  const open = useMemo(() => new Set(opened), [opened]);
  const [lit, setLit] = useState("");
  const [hovered, setHovered] = useState("");
  const [spotlight, setSpotlight] = useState(null);
  const [hasDock, setDock] = useState(true);
  const toReveal = useRef(selected && "reveal"); // how the selected node comes into sight once it is drawn
  const setOpen = (ids) => session.view.set({ "graph.run": run, "graph.open": ids }, { label: "open scopes" });
  return {
    graph,
    open,
    blocks,
    selected,
    base: compare === run ? "" : compare,
    compareWith: (base) => session.view.set({ "graph.run": run, "graph.compare": base }, { label: "compared run" }),
    lit,
    setLit,
    hovered,
    setHovered,
    spotlight,
    setSpotlight,
    hasDock,
    toReveal,
    at,
    moveTo: (place) => setQuietly({ "graph.at": place }),
    to,
    isTraced: trace === "on" && Boolean(selected),
    select: (id) => (id !== selected || to) && setQuietly({ "graph.node": id || null, "graph.to": null, ...(id ? {} : { "graph.trace": "off" }) }),
    selectSecond: (id) => setQuietly(selected && id !== selected ? { "graph.to": id, "graph.trace": "off" } : { "graph.node": id, "graph.to": null }),
    setTrace: (isOn) => setQuietly({ "graph.trace": isOn ? "on" : "off", "graph.to": null }),
    toggleDock: () => setDock(!hasDock),
    openMany: (ids, isInSight) => {
      const next = openedIn(run, ids, isInSight);
      if (next.isCut) notify({ id: "open scopes", text: `No more than ${MAX_OPEN} groups are open at once.`, detail: "Close some to open others." });
      setOpen(next.open);
    },
    // What is open once more is; as `withOpened`.
    opened: (ids, isInSight) => openedIn(run, ids, isInSight).open,
    // twins: what is drawn for scopes that were opened in another block of their stack; only: the module that is open by itself
    close: (id, { twins, only }) => setOpen([...viewOf(run).open.filter((one) => (twins[one] ?? one) !== id), ...(id === only ? [CLOSED] : [])]),
    closeMany: (ids) => setOpen(viewOf(run).open.filter((one) => !ids.includes(one))),
    showBlocks: (texts, others) =>
      session.view.set({ "graph.run": run, "graph.block": merged(viewOf(run).blocks, texts), ...others }, { isUndoable: false }),
    closeAll: () => setOpen([]),
    openOnly: (ids, twins) => setOpen(onlyOpen(viewOf(run).open, ids, twins)),
  };
}
