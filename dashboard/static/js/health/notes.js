// What there is to say beside the files: folders, what was passed over, index and scanner.

import { countOf, formatCount } from "../format.js";
import { h } from "../react.js";

const COMPILED = "Event files are read by the compiled scanner.";
const PORTABLE =
  "Event files are read by the portable scanner. The compiled one, which is far faster, is built where the package is installed with a C compiler.";

export function Notes({ head }) {
  const { folders, passed_over: passedOver, remarks } = head;
  const num = passedOver.num_files;
  const counted = `${passedOver.is_whole ? "" : "at least "}${countOf(num, "file")}`;
  return h(
    window.React.Fragment,
    null,
    folders.length > 0 &&
      h(Section, { title: `Could not look into ${countOf(folders.length, "folder")}`, isOpen: true }, h(Lines, { lines: folders })),
    h(
      Section,
      { title: num ? `Passed over ${counted}` : "Passed over no file", isOpen: head.totals.num_files === 0 && num > 0 },
      num === 0 && h("p", null, "Every file under the logdir is an event file."),
      passedOver.files.map(({ path, sentence }) => h("p", { key: path }, h("code", null, path), h("br"), sentence)),
      num > passedOver.files.length && h("p", null, `And ${formatCount(num - passedOver.files.length)} more.`),
    ),
    h(Section, { title: "Index and scanner", isOpen: remarks.length > 0 }, h(Lines, { lines: [...remarks, head.index, head.is_compiled ? COMPILED : PORTABLE] })),
  );
}

export function Section({ title, isOpen = false, onToggle, children }) {
  return h("details", { className: "health-section", open: isOpen || undefined, onToggle }, h("summary", null, title), h("div", null, children));
}

function Lines({ lines }) {
  return lines.map((line) => h("p", { key: line }, line));
}
