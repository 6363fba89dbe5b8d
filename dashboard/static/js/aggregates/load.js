// Fetches the curves of groups of runs, of all cards in view at once.

import { decodeAggregates } from "../aggregates_wire.js";
import { joinTables, nameCells } from "./csv.js";
import { groupingKey, selectedGroups } from "./groups.js";
import { paramsOf } from "./params.js";

const TABLE_COLUMNS = 2_000; // whose extremes are kept, of lines with more points

// params: what data/series is asked with. → {version, curves: Map(tag → aggregates)}; of no groups, no curves.
export async function loadAggregates(tags, { selection, ...params }, context) {
  const groups = selectedGroups(context.session);
  if (!groups || groups.length === 0) return { version: Infinity, curves: new Map() };
  const { version, aggregates } = decodeAggregates(await ask(groups, params, context));
  const { center, band, x: axis, smoothing } = context.options;
  const curves = new Map(tags.map((tag) => [tag, []]));
  for (const one of aggregates) curves.get(tags[one.tag]).push({ ...one, key: groups[one.group].key, center, band, axis, weight: smoothing, baseline: params.baseline ?? null });
  return { version, curves };
}

// The same of all selected runs as CSV, with the names of the groups. axes: Map(axis → tags over it) → promise of text
export async function loadTable(axes, session) {
  const groups = selectedGroups(session);
  const labels = new Map(session.groups.map(({ key, label }) => [key, label]));
  const parts = await Promise.all([...axes].map(([axis, tags]) => loadPart(tags, axis, groups, session)));
  return nameCells(joinTables(parts), groups.map(({ key }) => labels.get(key)));
}

async function loadPart(tags, axis, groups, session) {
  const { center, band, smoothing } = session.view.ofPage("scalars");
  const params = { ...paramsOf(session, axis), tag: tags, width: TABLE_COLUMNS, smoothing: smoothing || undefined, format: "csv" };
  return new TextDecoder().decode(await ask(groups, params, { session, signal: undefined, options: { center, band } }));
}

// The server may have forgotten the key: it is asked for once more.
async function ask(groups, params, { session, signal, options }, isRetry = false) {
  try {
    const grouping = await groupingKey.of(session, groups);
    return await session.getBuffer("data/aggregates", { ...params, grouping, center: options.center, band: options.band }, signal);
  } catch (error) {
    if (error.status !== 404 || isRetry) throw error;
    groupingKey.forget();
    return ask(groups, params, { session, signal, options }, true);
  }
}
