// Rows of files, of one height, so that only those in sight are in the document; one may be open to show all of it.

import { CopyButton } from "../copy_button.js";
import { capitalize, formatBytes, formatCount } from "../format.js";
import { Icon, h, useEffect, useLayoutEffect, useRef, useState } from "../react.js";
import { session } from "../session.js";

const ROW_PX = 46;
const SPARE_ROWS = 6;
const MAX_LIST_ROWS = 9; // the list scrolls by itself beyond
const LOOKS = {
  sound: { icon: "check", word: "Sound" },
  torn: { icon: "alert-triangle", word: "Unfinished" },
  damaged: { icon: "alert-triangle", word: "Damaged" },
  empty: { icon: "info-circle", word: "Empty" },
  unreadable: { icon: "alert-triangle", word: "Unreadable" },
};

export function FileList({ list, empty }) {
  const scroller = useRef(null);
  const [view, setView] = useState({ top: 0, height: MAX_LIST_ROWS * ROW_PX });
  const [open, setOpen] = useState(null); // path of the open file
  const [openPx, setOpenPx] = useState(0); // height of its details
  useEffect(() => {
    const element = scroller.current;
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight });
    const sizes = new ResizeObserver(measure);
    sizes.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, []);
  const first = Math.max(0, Math.floor((view.top - openPx) / ROW_PX) - SPARE_ROWS);
  const last = Math.min(list.numFiles, Math.ceil((view.top + view.height) / ROW_PX) + SPARE_ROWS);
  useEffect(() => list.show(first, last), [first, last]);
  const rows = [];
  let shift = 0;
  for (let i = 0; i < last; i += 1) {
    const file = i >= first || open !== null ? list.fileAt(i) : null;
    const isOpen = file !== null && file.path === open;
    if (i >= first) rows.push(h(Row, { key: file?.path ?? i, file, isOpen, top: i * ROW_PX + shift, toggle: () => setOpen(isOpen ? null : file.path), setOpenPx }));
    if (isOpen) shift = openPx;
  }
  const height = list.numFiles === 0 ? undefined : Math.min(list.numFiles, MAX_LIST_ROWS) * ROW_PX + shift;
  return h(
    "div",
    { className: "health-files", ref: scroller, role: "list", "aria-label": "Event files", style: { height } },
    h("div", { style: { height: list.numFiles * ROW_PX + shift, position: "relative" }, role: "presentation" }, rows),
    list.numFiles === 0 && empty && h("p", { className: "health-none" }, empty),
  );
}

function Row({ file, isOpen, top, toggle, setOpenPx }) {
  if (!file) return h("div", { className: "health-row is-reading", style: { top, height: ROW_PX }, role: "listitem", "aria-busy": true });
  const look = LOOKS[file.state];
  return h(
    "div",
    { className: `health-row is-${file.state}`, style: { top }, role: "listitem" },
    h(
      "button",
      { type: "button", className: "health-row-head", style: { height: ROW_PX }, "aria-expanded": isOpen, onClick: toggle, title: file.path },
      h(Icon, { name: look.icon, size: 14 }),
      h("span", { className: "health-name" }, h("strong", null, file.run), h("span", { className: "health-file" }, file.name)),
      h("span", { className: "health-size" }, formatBytes(file.num_bytes)),
      h("span", { className: "health-said" }, sayOf(file, look)),
    ),
    isOpen && h(Details, { file, look, setOpenPx }),
  );
}

// The first sentence of a file, and how many follow; what it holds where nothing is wrong.
function sayOf(file, look) {
  if (file.sentences.length === 0) return capitalize(file.holds || "no values");
  const more = file.sentences.length - 1;
  const word = file.state === "empty" ? "" : `${look.word} · `;
  return `${word}${file.sentences[0]}${more > 0 ? ` +${more}` : ""}`;
}

function Details({ file, look, setOpenPx }) {
  const element = useRef(null);
  useLayoutEffect(() => {
    const sizes = new ResizeObserver(() => element.current && setOpenPx(element.current.offsetHeight));
    sizes.observe(element.current);
    setOpenPx(element.current.offsetHeight);
    return () => {
      sizes.disconnect();
      setOpenPx(0);
    };
  }, [file]);
  const facts = [
    ["File", h("code", null, file.path)],
    ["State", look.word],
    ["Size", `${formatBytes(file.num_bytes)}, ${formatCount(file.num_records)} records`],
    ["Holds", file.holds || "nothing that a page shows"],
  ];
  return h(
    "div",
    { className: "health-details", ref: element },
    file.sentences.map((sentence) => h("p", { key: sentence }, sentence)),
    h("dl", null, ...facts.flatMap(([name, value]) => [h("dt", { key: `${name} name` }, name), h("dd", { key: name }, value)])),
    h(CopyButton, { text: () => session.getText("data/health", { run: file.run, q: file.name, format: "text" }) }),
  );
}
