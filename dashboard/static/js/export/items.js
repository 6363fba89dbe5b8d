// What a menu offers to do with charts: pictures, tables, their link. How it is done is loaded when it is chosen.

import { copyText } from "../clipboard.js";
import { notify } from "../notifications.js";
import { session } from "../session.js";

// charts: () → [{id, title, tags, bands}]; title: what they are together, and the file's name
export function exportItems(charts, title) {
  const picture = (format) => async () => (await import("./save.js")).savePicture(charts(), title, format);
  const table = (format) => async () => (await import("./save.js")).saveTable(charts(), title, format);
  const groups = async () => (await import("./save.js")).saveGroups(charts(), title);
  return [
    { label: "Save as SVG", icon: "download", detail: "picture", run: picture("svg") },
    { label: "Save as PNG", icon: "download", detail: "for print", run: picture("png") },
    { label: "Save as CSV", icon: "download", detail: "all points", run: table("csv") },
    { label: "Save as JSON", icon: "download", detail: "all points", run: table("json") },
    ...(session.groups ? [{ label: "Save groups as CSV", icon: "download", detail: "lines and bands", run: groups }] : []),
  ];
}

// The link of this view with one card in full screen.
export function linkItem(id) {
  return { label: "Copy the link", icon: "copy", detail: "of this chart", run: () => copyLink(id) };
}

// The link of this view with one group open, and of others the heads only. sections: all of the page
export function groupLinkItem(section, sections) {
  return { label: "Copy the link", icon: "copy", detail: "of this group", run: () => copyGroupLink(section, sections) };
}

export function viewLinkItem() {
  return { label: "Copy the link", icon: "copy", detail: "of this view", run: () => copy(new URL(session.view.href())) };
}

function copyGroupLink({ name, ancestors }, sections) {
  const around = [name, ...ancestors];
  const others = sections.filter((one) => !around.includes(one.name) && one.ancestors.every((ancestor) => ancestors.includes(ancestor)));
  const address = new URL(session.view.href());
  for (const key of ["closed", "open"]) address.searchParams.delete(key);
  for (const one of around) address.searchParams.append("open", one);
  for (const one of others) address.searchParams.append("closed", one.name);
  return copy(address);
}

function copyLink(id) {
  const address = new URL(session.view.href());
  address.searchParams.set("full", id);
  return copy(address);
}

async function copy(address) {
  if (!(await copyText(address.href))) notify({ tone: "warn", text: "The browser lets no page copy here.", detail: address.href });
}
