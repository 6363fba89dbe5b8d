// The view's state in the URL, so that a reload or a pasted link shows the same: run, open scopes, selected node.

export function readAddress() {
  const params = new URL(location.href).searchParams;
  return { run: params.get("run"), open: params.getAll("open"), selected: params.get("node") ?? "" };
}

export function writeAddress({ run, open, selected }) {
  const url = new URL(location.href);
  for (const name of ["run", "open", "node"]) url.searchParams.delete(name);
  if (run) url.searchParams.set("run", run);
  for (const id of [...open].sort()) url.searchParams.append("open", id);
  if (selected) url.searchParams.set("node", selected);
  if (url.href !== location.href) history.replaceState(history.state, "", url);
}
