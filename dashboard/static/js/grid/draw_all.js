// "Draw all": of many runs only the newest are selected at first, until someone wants them all.

// Names of the runs that it would bring; none where it is not offered. Runs that someone took off are no part of "all".
export function runsLeftOut({ selected, runs, view }) {
  if (selected.size === 0 || selected.size >= runs.length || view.get("only") || view.get("except").length > 0) return [];
  return runs.map(({ name }) => name).filter((name) => !selected.has(name));
}

export function drawAll(session) {
  session.select((selection) => selection.setMany(session.runs.map((run) => run.name), true));
}
