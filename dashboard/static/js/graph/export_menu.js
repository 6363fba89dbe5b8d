// What the Graph page gives as files: pictures of the drawing, the logged graph, the layer table.

import { copyText } from "../clipboard.js";
import { follow, save } from "../export/download.js";
import { fileName } from "../export/file_names.js";
import { viewLinkItem } from "../export/items.js";
import { addressOf } from "../http.js";
import { notify } from "../notifications.js";
import { Menu } from "../overlay.js";
import { Icon, h } from "../react.js";
import { ROOT } from "../root.js";
import { tableCSV } from "./layer_columns.js";
import { picturePNG, pictureSVG } from "./picture.js";
import { chooseFile } from "./upload.js";

const LABEL = "Save or open a graph";

// isReady: whether there is something to save; sheet(): of picture.js; params: what names the graph for the server,
// {run, graph}; tables(): items that save the rows as CSV; take(file): shows the graph of a file
export function ExportMenu({ isReady, sheet, run, params, tables, take }) {
  const items = () => [
    viewLinkItem(),
    null,
    ...pictureItems(sheet, run, true),
    null,
    ...pictureItems(sheet, run, false),
    null,
    { label: "Save as .pbtxt", icon: "download", detail: "the logged graph, to read", run: () => saveGraph(params, run, "pbtxt") },
    { label: "Save as .pb", icon: "download", detail: "the logged graph", run: () => saveGraph(params, run, "pb") },
    null,
    ...tables(),
    null,
    { label: "Open a .pbtxt", icon: "upload", detail: "or drop it on the page", run: () => chooseFile(take) },
  ];
  return h(Menu, { label: LABEL, align: "end", items, button: { className: "toggle export-button", title: LABEL, "aria-label": LABEL, disabled: !isReady, children: h(Icon, { name: "download", size: 14 }) } });
}

function pictureItems(sheet, run, isWhole) {
  const detail = isWhole ? "whole graph" : "what is in sight";
  return [
    { label: "Save as SVG", icon: "download", detail, run: () => savePicture(sheet(), run, "svg", isWhole) },
    { label: "Save as PNG", icon: "download", detail: isWhole ? "whole graph, for print" : detail, run: () => savePicture(sheet(), run, "png", isWhole) },
  ];
}

async function savePicture(sheet, run, format, isWhole) {
  try {
    const content = format === "png" ? await picturePNG(sheet, isWhole) : new Blob([(await pictureSVG(sheet, isWhole)).text], { type: "image/svg+xml" });
    save(content, `${fileName(`${run} graph`)}.${format}`);
  } catch (error) {
    notify({ id: "export", tone: "bad", text: `The picture could not be made: ${error.message}`, action: { label: "Try again", run: () => savePicture(sheet, run, format, isWhole) } });
  }
}

function saveGraph(params, run, format) {
  follow(addressOf(new URL("data/graph/file", ROOT), { ...params, format }).href, `${fileName(`${run} graph`)}.${format}`);
}

export function csvItems(drawing, run) {
  return tableItems("layers", run, () => tableCSV(drawing.layers, drawing.totals, Boolean(drawing.comparison)));
}

// what: the name of the rows; text(): the CSV
export function tableItems(what, run, text) {
  return [
    { label: `Save ${what} as CSV`, icon: "download", detail: "exact numbers", run: () => save(new Blob([text()], { type: "text/csv" }), `${fileName(`${run} ${what}`)}.csv`) },
    { label: `Copy ${what} as CSV`, icon: "copy", detail: "exact numbers", run: () => copy(text()) },
  ];
}

async function copy(text) {
  if (!(await copyText(text))) notify({ tone: "warn", text: "The browser lets no page copy here." });
}
