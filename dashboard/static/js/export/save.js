// Saves charts as pictures and their points as tables.

import { loadTable } from "../aggregates/load.js";
import { paramsOf } from "../aggregates/params.js";
import { axisOf } from "../cards/axes.js";
import { notify } from "../notifications.js";
import { ROOT } from "../root.js";
import { session } from "../session.js";
import { METRIC } from "../view_codecs.js";
import { follow, save } from "./download.js";
import { makeFigure } from "./figure.js";
import { fileName } from "./file_names.js";
import { loadPanels } from "./panels.js";
import { loadPlotly } from "./plotly.js";

const PRINT_SCALE = 4; // of the 760 px of one chart: 430 dots per inch over 18 cm
const MANY_SCALE = 2; // of pictures of several charts
export const MAX_CHARTS = 48; // in one picture
export const MAX_TAGS = 200; // in one table, as the server takes them
const TYPES = { svg: "image/svg+xml", png: "image/png" };

// charts: [{id, title, tags, bands}]; title: what they are together; format: "svg" or "png"
export async function savePicture(charts, title, format) {
  const taken = capped(charts, MAX_CHARTS, "charts", "picture");
  const done = notify({ id: "export", text: `Making ${title} as ${format.toUpperCase()}`, seconds: Infinity });
  try {
    const [plotly, { panels, key }] = await Promise.all([loadPlotly(), loadPanels(taken, session)]);
    const { width, height, ...figure } = makeFigure(panels, { key, ...session.view.ofPage("scalars"), range: session.range });
    const scale = format === "svg" ? 1 : taken.length > 1 ? MANY_SCALE : PRINT_SCALE;
    const image = await plotly.toImage(figure, { format, width, height, scale, imageDataOnly: true });
    save(new Blob([format === "svg" ? image : bytesOf(image)], { type: TYPES[format] }), `${fileName(title)}.${format}`);
    done();
  } catch (error) {
    tell("The picture", error, () => savePicture(charts, title, format));
  }
}

// The points of all lines as they were logged; of the range in sight, and as differences where these are shown. Where a
// chart is over another metric, with the axis of each line and where its points stand on it.
export async function saveTable(charts, title, format) {
  const tags = tagsOf(charts);
  try {
    session.forgetSelectionKey(); // a link that fails is no error here, so its key is a new one
    const { key } = await session.selectionKey();
    const address = new URL("data/series", ROOT);
    const axes = tags.map((tag) => axisOfTag(charts, tag));
    const axis = axes.includes(session.range?.axis) ? session.range.axis : axes[0];
    const params = { selection: key, format, points: "all", ...paramsOf(session, axis) };
    for (const [name, value] of Object.entries(params)) if (value !== undefined && value !== null) address.searchParams.set(name, value);
    for (const tag of tags) address.searchParams.append("tag", tag);
    if (axes.some((one) => one.startsWith(METRIC))) for (const one of axes) address.searchParams.append("axes", one);
    follow(address.href, `${fileName(title)}.${format}`);
  } catch (error) {
    tell("The table", error, () => saveTable(charts, title, format));
  }
}

// The lines of groups as they are drawn, each over the x-axis of its chart, with their bands, under the names of the groups.
export async function saveGroups(charts, title) {
  try {
    const text = await loadTable(axesOf(charts, tagsOf(charts)), session);
    save(new Blob([text], { type: "text/csv" }), `${fileName(title)}-groups.csv`);
  } catch (error) {
    tell("The table", error, () => saveGroups(charts, title));
  }
}

function tagsOf(charts) {
  return capped([...new Set(charts.flatMap((chart) => chart.tags))], MAX_TAGS, "tags", "table");
}

// Map(axis → those of the tags that a chart draws over it).
function axesOf(charts, tags) {
  return Map.groupBy(tags, (tag) => axisOfTag(charts, tag));
}

// A tag of several charts is over the axis of the first.
function axisOfTag(charts, tag) {
  return axisOf(session.view.ofPage("scalars"), charts.find((chart) => chart.tags.includes(tag)).tags);
}

function tell(what, error, run) {
  notify({ id: "export", tone: "bad", text: `${what} could not be made: ${error.message}`, action: { label: "Try again", run } });
}

function capped(list, max, noun, what) {
  if (list.length > max) notify({ id: "export cut", tone: "warn", text: `A ${what} holds ${max} ${noun}: the first of ${list.length} are in it.`, detail: "A filter of tags or closed groups leave others." });
  return list.slice(0, max);
}

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
