// One of a few values of a key of the view, side by side. options: [{value, word}].

import { h } from "../react.js";
import { Segmented } from "../segmented.js";
import { session } from "../session.js";
import { useViewKey } from "../use_view.js";

export default function Choice({ viewKey, options, label }) {
  const choose = (value) => session.view.set({ [viewKey]: value }, { label: label.toLowerCase() });
  return h(Segmented, { label, options: options.map(({ value, word }) => [value, word]), value: useViewKey(viewKey), choose });
}
