// All keys of the view, by the name of their page; "" is the frame's, which hold on every page. The keys of a page
// are declared in its Python module too (`Page.url_keys`).

import { ORDERS } from "./runs/order.js";
import { axis, boxes, grouping, list, name, names, namesOrNull, number, oneOf, place, range, span, step, text, wholeOrNull } from "./view_codecs.js";

const cards = () => ({
  filter: text(),
  closed: names("closed groups"),
  open: names("open groups"),
  card: names("cards in full width"),
  pin: list("pinned cards"),
  full: name(), // the card in full screen
});

// Whether a page has a card for each tag.
export function isCardPage(page) {
  return KEYS[page] !== undefined && "card" in KEYS[page];
}

export const KEYS = {
  "": {
    only: namesOrNull("selected runs"),
    except: names("exceptions"),
    also: names("exceptions"),
    runs: text(),
    order: oneOf(ORDERS),
    metric: text(),
    delta: oneOf(["off", "on"]), // whether values are told against the baseline
    hparams: namesOrNull("columns"),
    folded: names("closed folders"),
    unfolded: names("open folders"),
    range: range(),
    span: span(),
    step: step(),
    group: grouping(),
    color: name(), // "run", "group" or a hyperparameter; null: by group if there are any, else by run, or of many by the one that varies most
    details: name(),
    height: wholeOrNull({ min: -80, max: 900 }), // px that cards are higher than usual; null: as this browser had it last
    wide: wholeOrNull({ min: 0, max: 900 }), // likewise of those in full width
  },
  scalars: {
    ...cards(),
    x: axis(),
    xscale: oneOf(["linear", "log"]),
    y: oneOf(["linear", "log"]),
    clip: oneOf(["none", "middle"]),
    box: boxes("cards with a y-axis of their own"),
    join: oneOf(["off", "on"]), // whether training and evaluation of a metric share a card
    smoothing: number({ min: 0, max: 0.999, digits: 3 }),
    center: oneOf(["mean", "median", "iqm"]),
    band: oneOf(["ci", "std", "stderr", "minmax", "none"]),
    members: oneOf(["on", "off"]),
  },
  histograms: { ...cards(), run: name() },
  graph: { run: name(), graph: name(), colors: name(), view: oneOf(["model", "step"]), open: names("open scopes"), block: names("shown blocks"), node: name(), compare: name(), to: name(), trace: oneOf(["off", "on"]), at: place() },
};
