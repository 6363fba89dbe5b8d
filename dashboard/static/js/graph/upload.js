// Opening a graph from a file: chosen, or dropped on the page. The server keeps it for a while under a name of its own.

import { postFile } from "../http.js";
import { notify } from "../notifications.js";
import { Icon, h, useEffect, useRef, useState } from "../react.js";
import { ROOT } from "../root.js";

const TYPES = ".pb,.pbtxt,.txt";
const MAX_BYTES = 32 * 2 ** 20; // as the server takes them

// open(id): shows an uploaded graph. → take(file): uploads one
export function useUpload(open) {
  const opened = useRef(open);
  opened.current = open;
  return (file) => upload(file, (id) => opened.current(id));
}

async function upload(file, open) {
  if (file.size > MAX_BYTES) return tell(`${file.name} is larger than 32 MB, the most that the server takes.`);
  const done = notify({ id: "graph upload", text: `Reading ${file.name}`, seconds: Infinity });
  try {
    const { graph } = await postFile(new URL("data/graph/upload", ROOT), file);
    done();
    open(graph);
  } catch (error) {
    tell(`${file.name} could not be opened: ${error.message}`);
  }
}

function tell(text) {
  notify({ id: "graph upload", tone: "bad", text });
}

export function chooseFile(take) {
  const field = Object.assign(document.createElement("input"), { type: "file", accept: TYPES });
  field.addEventListener("change", () => field.files[0] && take(field.files[0]));
  field.click();
}

// For a page without a graph.
export function OpenLine({ take }) {
  return h("p", { className: "graph-open" }, h(OpenButton, { take }), "or drop the file here. A .pb is taken too.");
}

function OpenButton({ take }) {
  return h("button", { type: "button", className: "graph-button", title: "Open a graph from a file; it can be dropped on the page too", onClick: () => chooseFile(take) }, h(Icon, { name: "upload", size: 14 }), "Open a .pbtxt");
}

// Takes files that are dropped anywhere on the page, and says so while one is held over it.
export function DropTarget({ take, children }) {
  const [isOver, setOver] = useState(false);
  const taker = useRef(take);
  taker.current = take;
  useEffect(() => {
    const listeners = new AbortController();
    const on = (name, listen) => window.addEventListener(name, listen, { signal: listeners.signal });
    on("dragover", (event) => {
      if (!hasFile(event)) return;
      event.preventDefault();
      setOver(true);
    });
    on("dragleave", (event) => event.relatedTarget === null && setOver(false));
    on("drop", (event) => {
      if (!hasFile(event)) return;
      event.preventDefault();
      setOver(false);
      if (event.dataTransfer.files[0]) taker.current(event.dataTransfer.files[0]);
    });
    return () => listeners.abort();
  }, []);
  return h(window.React.Fragment, null, children, isOver && h("div", { className: "graph-drop", role: "status" }, "Drop a .pb or .pbtxt to open its graph"));
}

function hasFile(event) {
  return [...event.dataTransfer.types].includes("Files");
}
