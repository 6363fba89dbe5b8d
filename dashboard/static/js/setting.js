// A preference with its choices, as menus show it.

import { preference, setPreference } from "./preferences.js";
import { h, useSession } from "./react.js";
import { Segmented } from "./segmented.js";
import { session } from "./session.js";

// options: [value, word, title]; hint: its key
export function Setting({ name, word, options, hint }) {
  useSession(session, ["preference"]);
  return h(
    "div",
    { className: `setting is-${name}` },
    h("span", { className: "setting-word" }, word, hint && h("kbd", { className: "kbd" }, hint)),
    h(Segmented, { label: word, options, value: preference(name), choose: (value) => setPreference(name, value) }),
  );
}
