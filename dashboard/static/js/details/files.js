// The event files of the run and their health.

import { formatBytes, formatCount } from "../format.js";
import { openHealth } from "../health_panel.js";
import { Icon, h } from "../react.js";
import { Section } from "./section.js";
import { clip } from "./words.js";

const MAX_FILES = 20;

export function Files({ run, facts }) {
  const files = facts?.files ?? [];
  if (files.length === 0) return null;
  const doctor = h("button", { type: "button", className: "link", title: "Every file and what is wrong with it", onClick: () => openHealth(run.name) }, "Open Doctor");
  return h(
    Section,
    { title: "Files", detail: formatCount(files.length), action: doctor },
    h("ul", { className: "details-files" }, files.slice(0, MAX_FILES).map((file) => h(File, { key: file.name, file }))),
    files.length > MAX_FILES && h("p", { className: "details-plain" }, `${formatCount(files.length - MAX_FILES)} more`),
  );
}

function File({ file }) {
  const isSound = file.num_problems === 0;
  return h(
    "li",
    { className: isSound ? "" : "is-bad", title: [file.name, ...file.sentences.slice(0, 5)].map((text) => clip(text)).join("\n") },
    h(Icon, { name: isSound ? "check" : "alert-triangle", size: 12 }),
    h("bdi", { className: "mono" }, clip(file.name, 300)),
    h("span", null, isSound ? `${formatCount(file.num_records)} records` : `${formatCount(file.num_problems)} problem${file.num_problems === 1 ? "" : "s"}`),
    h("span", null, formatBytes(file.num_bytes_read)),
  );
}
