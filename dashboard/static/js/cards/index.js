// The kinds of card. A member offers
//   height   px of the whole card, the same in every state
//   load(tags, {selection, runs, since, width, signal, session, options}) → {version, cards: Map(tag → data)}
//   mount({root, values, plot, foot, badges}, {tag, session, options}) → {update(data, {isPartial}), resize(width, height), setOptions(options), destroy()}
import { card as histograms } from "./histograms.js";
import { card as scalars } from "./scalars.js";

export const cardKinds = { histograms, scalars };
