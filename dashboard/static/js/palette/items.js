// All that the palette finds: {id, group, icon, label, detail, keys, isHidden, run(), also: {label, run()}}.
// `also` is what ⌘↵ does. An item with `stage` leads to further choices in the palette itself.

import { formatCount } from "../format.js";
import { goToCard } from "../grid/go_to_card.js";
import { isCardPage } from "../view_keys.js";
import { show, unarchive } from "../runs/actions.js";
import { openDetails } from "../runs/details.js";
import { session } from "../session.js";
import { listActions } from "./actions.js";
import { listLogged, listNotes } from "./annotations.js";
import { fold } from "./match.js";
import { listViews } from "./views.js";

const WORDS = { scalars: "scalar", histograms: "histogram" };

// pages: {path, name, title, icon, kinds, hasData}. → everything that is known at once
export function listItems(pages) {
  return [...listViews(), ...listPages(pages), ...listRuns(), ...listNotes(pages), ...listActions()].map(prepare);
}

// What is to be asked for: tags, of all pages that have a card for each, and what the runs logged of themselves.
export async function listLater(pages) {
  const tags = pages.filter(({ name }) => isCardPage(name)).map(async (page) => tagItems(page, await session.tags(page.name)));
  return (await Promise.all([...tags, listLogged(pages)])).flat().map(prepare);
}

function prepare(item) {
  return Object.assign(item, { folded: fold(item.label) });
}

function tagItems(page, tags) {
  return [...tags].map(([tag, runs]) => ({
    id: `tag ${page.name} ${tag}`,
    group: "Tags",
    icon: page.icon,
    label: tag,
    detail: `${WORDS[page.name] ?? page.title}, ${formatCount(runs.size)} ${runs.size === 1 ? "run" : "runs"}`,
    verb: "go to card",
    run: () => goToCard(page, tag),
    also: { label: "go to card, in full width", run: () => goToCard(page, tag, { isExpanded: true }) },
    scalar: page.name === "scalars" ? { tag, numRuns: runs.size } : null,
  }));
}

function listPages(pages) {
  return pages.map((page) => ({
    id: `page ${page.name}`,
    group: "Pages",
    icon: page.icon,
    label: page.title,
    detail: page.hasData ? "" : "no data yet",
    verb: "open",
    run: () => session.view.visit(page.path),
    also: { label: "open in new tab", run: () => window.open(session.view.href(page.path), "_blank", "noopener") },
  }));
}

function listRuns() {
  return session.runs.map((run) => ({
    id: `run ${run.name}`,
    group: "Runs",
    color: session.selected.has(run.name) ? run.color : null,
    label: run.name,
    get detail() {
      return describe(run); // only of those shown
    },
    verb: "details",
    run: () => openDetails(run.name),
    also: run.isPutAside ? { label: "bring back into the list", run: () => bringBack(run) } : { label: "only this run", run: () => session.select((selection) => selection.only(run.name)) },
  }));
}

function describe(run) {
  const words = run.label !== run.name && !run.name.endsWith(run.label) ? run.label : session.comparison.describe(run.name);
  return [run.isHidden && "hidden", run.isArchived && "archived", words].filter(Boolean).join(" · ");
}

function bringBack(run) {
  if (run.isHidden) show([run.name]);
  if (run.isArchived) unarchive([run.name]);
}
