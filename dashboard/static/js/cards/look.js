// How the selected runs and their groups look in a drawing, as text. More of them is known later than that, such as the
// hyperparameters that tell them apart, which only texts say.

import { session } from "../session.js";

let look = null; // made once for all cards

for (const event of ["runs", "selection", "style", "theme", "news", "view"]) session.on(event, () => (look = null));

export function describeLook() {
  look ??= JSON.stringify([session.groups, session.selectedRuns.map(({ name, label, color, dash, isBaseline, state }) => [name, label, color, dash, isBaseline, state])]);
  return look;
}
