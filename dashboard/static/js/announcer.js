// Tells a screen reader of new data, politely and not often: whoever wants each point looks at the page.

import { countOf } from "./format.js";
import { session } from "./session.js";

const EVERY_MS = 30_000;

const region = document.createElement("div");
region.className = "visually-hidden";
region.setAttribute("role", "status");
region.setAttribute("aria-label", "New data");
document.body.append(region);

const written = new Set(); // runs with new points since the last announcement
const known = new Set();
let numNew = 0;
let timer = null;

session.on("news", ({ changed }) => {
  for (const name of changed) written.add(name);
  announceLater();
});

session.on("runs", () => {
  const isFirst = known.size === 0;
  for (const { name } of session.runs) {
    if (known.has(name)) continue;
    known.add(name);
    if (!isFirst) numNew += 1;
  }
  announceLater();
});

function announceLater() {
  if (written.size + numNew === 0) return;
  timer ??= setTimeout(announce, EVERY_MS);
}

function announce() {
  timer = null;
  const parts = [];
  if (numNew > 0) parts.push(countOf(numNew, "new run"));
  if (written.size > 0) parts.push(`new points in ${countOf(written.size, "run")}`);
  region.textContent = `${parts.join(", ")}.`;
  written.clear();
  numNew = 0;
}
