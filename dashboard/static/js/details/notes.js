// Notes on the run: Markdown that the server makes into HTML, and a field to write it.

import { formatKey } from "../keys.js";
import { h, useState } from "../react.js";
import { canEdit, setNotes } from "../runs/actions.js";
import { session } from "../session.js";
import { Section } from "./section.js";
import { useAnswer } from "./use_answer.js";

const MAX_CHARACTERS = 100_000;

export function Notes({ run }) {
  const [draft, setDraft] = useState(null); // text while it is written
  const added = session.sidecar.notesOf(run.name).notes ?? "";
  const { answer } = useAnswer("data/runs/notes", { run: run.name }, session.sidecar.version, { pauseMs: 0 });
  const text = added || (answer?.text ?? "");
  if (draft !== null) return h(Editor, { run, draft, setDraft });
  if (!text && !canEdit()) return null;
  const edit = canEdit() && h("button", { type: "button", className: "link", onClick: () => setDraft(text) }, text ? "Edit" : "Write a note");
  return h(
    Section,
    { title: "Notes", action: edit },
    text && (answer?.text === text ? h("div", { className: "markdown", dangerouslySetInnerHTML: { __html: answer.html } }) : h("p", { className: "details-plain" }, text)),
  );
}

function Editor({ run, draft, setDraft }) {
  const keep = () => {
    setNotes(run.name, draft);
    setDraft(null);
  };
  const press = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) keep();
    else if (event.key === "Escape") setDraft(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return h(
    Section,
    { title: "Notes", detail: "Markdown" },
    h("textarea", { className: "details-editor", autoFocus: true, value: draft, maxLength: MAX_CHARACTERS, rows: 6, "aria-label": "Notes", onChange: (event) => setDraft(event.target.value), onKeyDown: press }),
    h(
      "div",
      { className: "details-buttons" },
      h("button", { type: "button", className: "button is-chief", title: `Keep the notes (${formatKey("Mod+Enter")})`, onClick: keep }, "Save"),
      h("button", { type: "button", className: "button is-quiet", title: "Leave them as they were (Esc)", onClick: () => setDraft(null) }, "Cancel"),
    ),
  );
}
