// The list of runs after an answer of data/runs, which has all of them or only what changed.

// → the runs, the newest first
export function mergeRuns(known, answer) {
  if (!answer.since) return answer.runs;
  const byName = new Map(known.map((run) => [run.name, run]));
  for (const name of answer.gone) byName.delete(name);
  for (const run of answer.runs) byName.set(run.name, run);
  return [...byName.values()].sort(byAge);
}

// As the server sorts: runs without a point first, then the newest.
function byAge(a, b) {
  const [first, second] = [a.first_wall_time ?? Infinity, b.first_wall_time ?? Infinity];
  if (first !== second) return first > second ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}
