// Named views: the address of a view kept under a name with the logs, for everyone who opens them.

import { copyText } from "../clipboard.js";
import { notify } from "../notifications.js";
import { session } from "../session.js";

const UNDO_SECONDS = 8;
const MAX_NAME = 200;

export function listViews() {
  const { sidecar } = session;
  const views = [...sidecar.state.views].sort(([a], [b]) => (a < b ? -1 : 1));
  const opened = views.map(([name, address]) => ({
    id: `view ${name}`,
    group: "Views",
    icon: "bookmark",
    label: name,
    detail: pageOf(address),
    verb: "open",
    run: () => openView(address),
    also: { label: "open in new tab", run: () => window.open(session.view.addressOf(address), "_blank", "noopener") },
  }));
  const shared = views.map(([name, address]) => viewAction("share", { name, icon: "share-2", label: `Copy the link of the view ${name}`, verb: "copy", run: () => copyLink(name, address) }));
  if (sidecar.isReadOnly) return [...opened, ...shared];
  const changed = views.flatMap(([name, address]) => [
    viewAction("rename", { name, icon: "pencil", label: `Rename the view ${name}…`, verb: "name it", stage: () => nameStage((typed) => renameView(name, typed, address)) }),
    viewAction("delete", { name, icon: "trash", label: `Delete the view ${name}`, verb: "delete", run: () => deleteView(name) }),
  ]);
  return [...opened, ...shared, ...changed, { id: "save view", group: "Actions", icon: "bookmark", label: "Save this view…", verb: "name it", stage: () => nameStage(saveView) }];
}

// Found by its words, and not in the way before.
function viewAction(what, { name, ...action }) {
  return { id: `${what} ${name}`, group: "Actions", isHidden: true, ...action };
}

function pageOf(address) {
  return address.split(/[/?]/)[0];
}

// What is typed is the name; one that is taken is replaced, which is said before.
function nameStage(keep) {
  const { views } = session.sidecar.state;
  return {
    placeholder: "Name of this view",
    maxLength: MAX_NAME,
    empty: "Type a name, then press ↵. Everyone who opens these logs finds the view under it.",
    itemsFor: (typed) => {
      const name = typed.trim();
      if (!name) return [];
      const isTaken = views.has(name);
      return [{ id: "save", group: "Views", icon: "bookmark", label: name, detail: isTaken ? "replaces the view of this name" : "", verb: isTaken ? "replace" : "save", run: () => keep(name) }];
    },
  };
}

function saveView(name) {
  const address = session.view.addressHere();
  session.sidecar.edit([{ path: ["views", name], value: address }], { label: "saving of a view" });
  notify({ id: "saved-view", text: `Saved this view as ${name}`, seconds: UNDO_SECONDS, action: { label: "Undo", run: () => session.view.undo() } });
}

function renameView(from, to, address) {
  if (from === to) return;
  session.sidecar.edit([{ path: ["views", from], value: null }, { path: ["views", to], value: address }], { label: "renaming of a view" });
  notify({ id: "renamed-view", text: `Renamed the view ${from} to ${to}`, seconds: UNDO_SECONDS, action: { label: "Undo", run: () => session.view.undo() } });
}

async function copyLink(name, address) {
  const link = session.view.addressOf(address);
  if (!link) return sayBad();
  const isCopied = await copyText(link);
  return notify(isCopied ? { id: "copied-view", text: `Copied the link of the view ${name}` } : { id: "copied-view", tone: "warn", text: "The browser lets no page copy.", detail: link });
}

function deleteView(name) {
  session.sidecar.edit([{ path: ["views", name], value: null }], { label: "deletion of a view" });
  notify({ id: "deleted-view", text: `Deleted the view ${name}`, seconds: UNDO_SECONDS, action: { label: "Undo", run: () => session.view.undo() } });
}

function openView(address) {
  if (session.view.open(address)) return;
  sayBad();
}

function sayBad() {
  notify({ id: "bad-view", tone: "warn", text: "This view is kept under an address that is none of this board." });
}
