// All that is known of one run, and what can be done with it.

import { h, useState, useSession } from "../react.js";
import { session } from "../session.js";
import { useViewKey } from "../use_view.js";
import { About } from "./about.js";
import { Actions } from "./actions.js";
import { Console } from "./console.js";
import { Files } from "./files.js";
import { Frame } from "./frame.js";
import { Hparams } from "./hparams.js";
import { MoveToTrash } from "./move_to_trash.js";
import { Notes } from "./notes.js";
import { Status } from "./status.js";
import { System } from "./system.js";
import { Tags } from "./tags.js";
import { Title } from "./title.js";
import { useAnswer } from "./use_answer.js";

export function RunDetails({ close }) {
  useSession(session, ["runs", "selection", "style", "theme", "news"]);
  const name = useViewKey("details");
  const run = name === null ? undefined : session.runNamed(name);
  if (name === null) return null;
  if (!run) return h(Missing, { name, close });
  return h(Known, { key: name, run, close });
}

// A link may name a run that is gone, or not read yet.
function Missing({ name, close }) {
  const isSaid = session.isLoaded && !session.live.isReading;
  return h(
    Frame,
    { title: `Details of ${name.slice(0, 200)}`, head: h(Title, { name }), run: name, close },
    h("p", { className: "details-plain", "aria-busy": !isSaid }, isSaid ? "There is no such run in the logdir, or none any more." : "Reading…"),
  );
}

function Known({ run, close }) {
  const { answer: facts, error } = useAnswer("data/facts", { run: run.name }, run.version);
  const [isLeaving, setLeaving] = useState(false);
  const foot = h(Actions, { run, moveToTrash: () => setLeaving(true) });
  return h(
    Frame,
    { title: `Details of ${run.label.slice(0, 200)}`, head: h(Title, { run, name: run.name }), run: run.name, close, foot },
    h(Status, { run, facts }),
    isLeaving && h(MoveToTrash, { run, end: () => setLeaving(false) }),
    error && !facts && h("p", { className: "details-plain is-bad", role: "alert" }, error.message),
    h(Hparams, { run, facts }),
    h(Notes, { run }),
    h(Tags, { run }),
    h(About, { run, facts }),
    h(System, { run }),
    h(Console, { run }),
    h(Files, { run, facts }),
  );
}
