// A preference with its choices, as menus show it.

import { preference, setPreference } from "./preferences.js";
import { h, useSession } from "./react.js";
import { Segmented } from "./segmented.js";
import { session } from "./session.js";

// options: [value, word, title]; hint: its key
export function Setting({ name, ...words }) {
  useSession(session, ["preference"]);
  return h(Choice, { name, ...words, value: preference(name), choose: (value) => setPreference(name, value) });
}

// The same of anything else that has a value.
export function Choice({ name, word, options, hint, value, choose }) {
  return h(
    "div",
    { className: `setting is-${name}` },
    h("span", { className: "setting-word" }, word, hint && h("kbd", { className: "kbd" }, hint)),
    h(Segmented, { label: word, options, value, choose }),
  );
}
