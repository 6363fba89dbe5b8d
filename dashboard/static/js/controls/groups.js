// How groups of runs are drawn: their middle, the band around it, their members. There while runs are grouped.

import { BANDS, CENTERS, nameOf } from "../aggregates/words.js";
import { Menu } from "../overlay.js";
import { Icon, h, useSession } from "../react.js";
import { session } from "../session.js";
import { useViewKey } from "../use_view.js";

const DETAILS = { iqm: "interquartile mean", ci: "bootstrap" };
const LABEL = "How groups of runs are drawn";

export default function Groups({ page }) {
  useSession(session, ["style", "view"]);
  const center = useViewKey(`${page}.center`);
  const band = useViewKey(`${page}.band`);
  const members = useViewKey(`${page}.members`);
  if (!session.groups) return null;
  const set = (name, value, label) => session.view.set({ [`${page}.${name}`]: value }, { label });
  const choices = (words, chosen, choose) => Object.entries(words).map(([value, label]) => ({ label, detail: DETAILS[value], isChecked: value === chosen, run: () => choose(value) }));
  const word = nameOf(center, band);
  return h(Menu, {
    label: LABEL,
    button: {
      className: "toggle groups-button is-on",
      title: `${LABEL}: ${word}`,
      "aria-label": `${LABEL}: ${word}`,
      children: [h(Icon, { key: "icon", name: "stack-2", size: 14 }), h("span", { key: "word" }, CENTERS[center], h("span", { className: "is-spare" }, word.slice(CENTERS[center].length))), h(Icon, { key: "more", name: "chevron-down", size: 12 })],
    },
    items: [
      { heading: "Line" },
      ...choices(CENTERS, center, (value) => set("center", value, "middle of groups")),
      null,
      { heading: "Band" },
      ...choices(BANDS, band, (value) => set("band", value, "band of groups")),
      null,
      { label: "Members, faint", isChecked: members === "on", run: () => set("members", members === "on" ? "off" : "on", "members of groups") },
    ],
  });
}
