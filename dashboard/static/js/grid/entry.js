// What a loader knows of a card: {tags, handle, own: options of its own, width, isInView, version of its data, epoch: grows when
// that is void, left: the version that each run had when it was taken out, isBehind: runs were put back whose news have to be
// asked for, missing: names of runs of which it holds nothing}.

export function makeEntry(tags, handle, own) {
  return { tags, handle, own, width: 0, isInView: false, version: 0, epoch: 0, left: new Map(), isBehind: false, missing: new Set() };
}

// What its card holds is for another range, axis or server.
export function outdate(entry) {
  Object.assign(entry, { version: 0, epoch: entry.epoch + 1, isBehind: false });
  entry.left.clear();
  entry.missing.clear();
}

// Runs were put in and taken out: the card's data are as old as those of the oldest run that came back.
export function moveRuns(entry, { added, removed }) {
  for (const run of removed) if (!entry.missing.delete(run)) entry.left.set(run, entry.version);
  if (added.length === 0) return;
  if (entry.version === 0) return outdate(entry);
  for (const run of added) {
    const version = entry.left.get(run) ?? 0;
    entry.left.delete(run);
    if (version === 0) entry.missing.add(run);
    else Object.assign(entry, { version: Math.min(entry.version, version), isBehind: true });
  }
  entry.epoch += 1;
}

// What the card holds of the runs that it lacked is of a version; what it holds of others stays as old as it is.
export function takeMissing(entry, version) {
  entry.missing.clear();
  entry.version = Math.min(entry.version, version);
}
