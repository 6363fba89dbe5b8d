// The orders of the list of runs.

const collator = new Intl.Collator("en", { numeric: true });
const STATES = ["running", "stalled", "interrupted", "failed", "finished"];

// The first is the default. A minus turns an order round; runs without a value come last in both.
export const ORDERS = ["newest", "-newest", "name", "-name", "metric", "-metric", "updated", "-updated", "status", "-status"];

// Orders that follow what a run writes, and so change while it runs.
export const LIVE_ORDERS = new Set(["metric", "updated", "status"]);

export const ORDER_WORDS = {
  newest: "Newest first",
  "-newest": "Oldest first",
  name: "Name",
  "-name": "Name, backwards",
  updated: "Last point first",
  "-updated": "Last point last",
  status: "Status, running first",
  "-status": "Status, finished first",
};

// Runs in an order. runs: the newest first; metricOf(name) → number or null. → the names
export function sortRuns(runs, order, metricOf) {
  const isTurned = order.startsWith("-");
  const base = isTurned ? order.slice(1) : order;
  if (base === "newest") return (isTurned ? runs.toReversed() : runs).map((run) => run.name);
  const keyOf = KEYS[base];
  const keyed = runs.map((run) => ({ name: run.name, key: keyOf(run, metricOf) }));
  const compare = base === "name" ? (a, b) => collator.compare(a.key, b.key) : (a, b) => a.key - b.key;
  const direction = isTurned ? -1 : 1;
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return (a.key === null) - (b.key === null);
    return direction * compare(a, b);
  });
  return keyed.map(({ name }) => name);
}

const KEYS = {
  name: (run) => run.label || run.name,
  metric: (run, metricOf) => metricOf(run.name),
  updated: (run) => (run.last_wall_time === null ? null : -run.last_wall_time),
  status: (run) => (STATES.includes(run.state) ? STATES.indexOf(run.state) : null),
};

// What a press on a head does to the order: takes it up, then turns it round.
export function nextOrder(order, base) {
  return order === base ? `-${base}` : base;
}

// While the list is held, runs keep their places: what is gone leaves, what is new waits.
export function holdOrder(held, names) {
  const known = new Set(names);
  return held.filter((name) => known.has(name));
}
