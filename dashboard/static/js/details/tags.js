// Tags of the run: those of its program, and those that people added, which can be taken off.

import { Icon, h, useId, useState } from "../react.js";
import { addTag, canEdit, removeTag } from "../runs/actions.js";
import { session } from "../session.js";
import { Section } from "./section.js";
import { clip } from "./words.js";

const MAX_CHARACTERS = 100;
const MAX_PROPOSED = 200;

export function Tags({ run }) {
  const added = new Set(session.sidecar.notesOf(run.name).tags ?? []);
  if (run.allTags.length === 0 && !canEdit()) return null;
  return h(
    Section,
    { title: "Tags" },
    h(
      "div",
      { className: "details-tags" },
      run.allTags.map((tag) => h(Tag, { key: tag, run, tag, isAdded: added.has(tag) })),
      canEdit() && h(NewTag, { run }),
    ),
  );
}

function Tag({ run, tag, isAdded }) {
  return h(
    "span",
    { className: "tag", title: isAdded ? tag : `${clip(tag)}\nWritten by the program` },
    h("bdi", null, clip(tag, 60)),
    isAdded && canEdit() && h("button", { type: "button", title: "Take the tag off", "aria-label": `Take off ${tag}`, onClick: () => removeTag([run.name], tag) }, h(Icon, { name: "x", size: 12 })),
  );
}

function NewTag({ run }) {
  const [text, setText] = useState("");
  const list = useId();
  const known = new Set(session.runs.flatMap((one) => one.allTags));
  const proposed = [...known].filter((tag) => !run.allTags.includes(tag) && tag.length <= MAX_CHARACTERS).sort().slice(0, MAX_PROPOSED);
  const add = (event) => {
    event.preventDefault();
    if (text.trim()) addTag([run.name], text.trim());
    setText("");
  };
  return h(
    "form",
    { onSubmit: add },
    h("input", { value: text, list, maxLength: MAX_CHARACTERS, placeholder: "Add a tag", title: "Add a tag (Enter)", "aria-label": "Add a tag", spellCheck: false, onChange: (event) => setText(event.target.value) }),
    h("datalist", { id: list }, proposed.map((tag) => h("option", { key: tag, value: tag }))),
  );
}
