// What is known of runs after an answer of data/runs, which has all of them or only what changed, and after news.

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

// Puts news into the runs that they are of. → {changed: names of runs with other data, isOld: whether the list of runs
// lacks something}
// known: Map from name to run; news: as data/live tells them, by name
export function takeNews(known, news) {
  const changed = [];
  let isOld = false;
  for (const [name, [version, lastWallTime, numPoints, numProblems, state]] of Object.entries(news)) {
    const run = known.get(name);
    if (!run || version > run.version) changed.push(name); // else only its state is another, as time has passed
    if (run) Object.assign(run, { version, last_wall_time: lastWallTime, num_points: numPoints, state });
    isOld ||= run?.num_problems !== numProblems;
  }
  return { changed, isOld };
}
