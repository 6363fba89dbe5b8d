// The bands of lines, and how faint their members are.

import { themeNumber } from "../plot/theme.js";
import { MAX_BY_RUN } from "../runs/colors.js";
import { bandBeside } from "./lines.js";

const LEAST_ALPHA = 0.02; // a screen shows 256 levels

// place: value → pixel, as {x(value), y(value)}
export function drawBands(context, lines, place) {
  context.globalAlpha = themeNumber("--band-alpha");
  for (const line of lines) if (bandBeside(line)) fillBand(context, line, place);
  context.globalAlpha = 1;
}

// How strong each of the members is drawn: many of them are a cloud, through which the lines and bands are seen.
export function memberAlpha(numMembers) {
  return Math.max(LEAST_ALPHA, themeNumber("--member-alpha") * Math.min(1, MAX_BY_RUN / numMembers));
}

// Where a band is not known, as beside a single run, there is none.
function fillBand(context, line, place) {
  const { low, high } = bandBeside(line);
  context.fillStyle = line.run.color;
  line.segments.forEach((start, i) => {
    const stop = line.segments[i + 1] ?? low.length;
    for (let from = start; from < stop; from += 1) {
      let to = from;
      while (to < stop && isDrawn(place, low[to], high[to])) to += 1;
      if (to - from > 1) fillBetween(context, line, place, from, to);
      from = to;
    }
  });
}

function isDrawn(place, low, high) {
  return Number.isFinite(place.y(high)) && !Number.isNaN(low);
}

// A low edge that a log axis has no place for lies below the plot.
function fillBetween(context, line, place, from, to) {
  const { low, high } = bandBeside(line);
  const { points } = line.x;
  context.beginPath();
  for (let i = from; i < to; i += 1) context.lineTo(place.x(points[i]), place.y(high[i]));
  for (let i = to - 1; i >= from; i -= 1) context.lineTo(place.x(points[i]), floored(place.y(low[i]), place.bottom));
  context.closePath();
  context.fill();
}

function floored(y, bottom) {
  return Number.isFinite(y) ? y : bottom;
}
