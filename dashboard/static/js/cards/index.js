// The kinds of card. A member exports `card`, which offers
//   height   px of the whole card, the same in every state
//   localOptions   names of options that `load` does not read (optional)
//   previewedOptions   names of options that `load` reads and a card shows by itself until the answer comes (optional)
//   ownOptions(options, tags) → options of `load` and of the drawing that a card of these tags has of its own (optional)
//   whenReady() → promise before which `load` is not called (optional)
//   keepsRuns   whether a card can draw fewer runs from what it has (optional)
//   follow(session, changed) → a function that ends it: calls `changed` when what `load` answers depends on changed,
//     besides options, selection and range (optional)
//   exports(charts, title) → items of a menu that save charts: () → [{id, title, tags, bands}], called what they are together (optional)
//   explain(tags, session, options, hasLines) → promise of {title, texts, action} on why a card draws nothing, or of null (optional)
//   load(tags, {selection, runs, since, width, signal, session, options}) → {version, cards: Map(tag → data)}
//   join(list)   the data of several tags as those of one card (optional; without it a card has one tag)
//   mount({root, values, plot, foot, badges}, {id, title, tags, bands, session, options, later, setBare})
//     → {update(data, {isPartial}), reselect() and setInView(isInView) (both optional), resize(width, height), setOptions(options), destroy()}

import { card as histograms } from "./histograms.js";
import { card as scalars } from "./scalars.js";

export const cardKinds = { histograms, scalars };
