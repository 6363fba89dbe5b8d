// What a module says besides when it is looked at from near, in the place of its share bar.

import { countOf, formatCount } from "../format.js";
import { shortBytes, shortCount } from "./numbers.js";
import { svgText } from "./svg.js";
import { elide } from "./text.js";

const SHRINK = 7.5 / 11; // of the second line's letters

export function thirdLine(box, x, room) {
  const parts = [box.flops && `${shortCount(box.flops)} FLOP`, box.saved_bytes && `${shortBytes(box.saved_bytes)} saved`, box.params && `${formatCount(box.params)} params`, box.nodes > 1 && countOf(box.nodes, "op")];
  const text = parts.filter(Boolean).join(" · ");
  return text ? svgText(elide(text, room / SHRINK, "detail"), { class: "graph-third", x, y: box.height - 4.5 }) : null;
}
