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
  return { label: "Copy the link", icon: "copy", detail: "of this chart", run: () => copyWith({ full: id }) };
}

// The link of this view with one group open, and of others the heads only. sections: all of the page
export function groupLinkItem(section, sections) {
  return { label: "Copy the link", icon: "copy", detail: "of this group", run: () => copyGroupLink(section, sections) };
}

export function viewLinkItem() {
  return { label: "Copy the link", icon: "copy", detail: "of this view", run: () => copyWith({}) };
}

function copyGroupLink({ name, ancestors }, sections) {
  const around = [name, ...ancestors];
  const others = sections.filter((one) => !around.includes(one.name) && one.ancestors.every((ancestor) => ancestors.includes(ancestor)));
  return copyWith({ open: around, closed: others.map((one) => one.name) });
}

// values: of keys of the page in sight, by their names without it
async function copyWith(values) {
  const { page } = session.view;
  const { href, leftOut } = session.view.linkWith(Object.fromEntries(Object.entries(values).map(([name, value]) => [`${page}.${name}`, value])));
  if (!(await copyText(href))) return notify({ tone: "warn", text: "The browser lets no page copy here.", detail: href });
  for (const { key, noun, count } of leftOut) notify({ id: `link ${key}`, tone: "warn", text: `A link has no room for ${count} ${noun}.`, detail: "It opens without them." });
}
