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

// canvas: a ref of the GraphCanvas; params: what names the graph for the server, {run, graph};
// take(file): shows the graph of a file
export function ExportMenu({ drawing, canvas, run, params, take }) {
  const items = () => [
    viewLinkItem(),
    null,
    ...pictureItems(canvas, run, true),
    null,
    ...pictureItems(canvas, run, false),
    null,
    { label: "Save as .pbtxt", icon: "download", detail: "the logged graph, to read", run: () => saveGraph(params, run, "pbtxt") },
    { label: "Save as .pb", icon: "download", detail: "the logged graph", run: () => saveGraph(params, run, "pb") },
    null,
    ...csvItems(drawing, run),
    null,
    { label: "Open a .pbtxt", icon: "upload", detail: "or drop it on the page", run: () => chooseFile(take) },
  ];
  return h(Menu, { label: LABEL, align: "end", items, button: { className: "toggle export-button", title: LABEL, "aria-label": LABEL, disabled: !drawing, children: h(Icon, { name: "download", size: 14 }) } });
}

function pictureItems(canvas, run, isWhole) {
  const detail = isWhole ? "whole graph" : "what is in sight";
  return [
    { label: "Save as SVG", icon: "download", detail, run: () => savePicture(canvas.current, run, "svg", isWhole) },
    { label: "Save as PNG", icon: "download", detail: isWhole ? "whole graph, for print" : detail, run: () => savePicture(canvas.current, run, "png", isWhole) },
  ];
}

async function savePicture(canvas, run, format, isWhole) {
  try {
    const content = format === "png" ? await picturePNG(canvas, isWhole) : new Blob([(await pictureSVG(canvas, isWhole)).text], { type: "image/svg+xml" });
    save(content, `${fileName(`${run} graph`)}.${format}`);
  } catch (error) {
    notify({ id: "export", tone: "bad", text: `The picture could not be made: ${error.message}`, action: { label: "Try again", run: () => savePicture(canvas, run, format, isWhole) } });
  }
}

function saveGraph(params, run, format) {
  follow(addressOf(new URL("data/graph/file", ROOT), { ...params, format }).href, `${fileName(`${run} graph`)}.${format}`);
}

export function csvItems(drawing, run) {
  const text = () => tableCSV(drawing.layers, drawing.totals, Boolean(drawing.comparison));
  return [
    { label: "Save layers as CSV", icon: "download", detail: "exact numbers", run: () => save(new Blob([text()], { type: "text/csv" }), `${fileName(`${run} layers`)}.csv`) },
    { label: "Copy layers as CSV", icon: "copy", detail: "exact numbers", run: () => copy(text()) },
  ];
}

async function copy(text) {
  if (!(await copyText(text))) notify({ tone: "warn", text: "The browser lets no page copy here." });
}
