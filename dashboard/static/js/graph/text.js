// Text in SVG cannot wrap or elide, so it is measured with the real font and cut in the middle.

const context = document.createElement("canvas").getContext("2d");
const widths = new Map();
const families = new Map(); // token → fonts

const FACES = {
  name: { token: "--font", weight: 600, size: 12.5 },
  op: { token: "--font", weight: 520, size: 12 },
  detail: { token: "--font", weight: 420, size: 11 },
  number: { token: "--mono", weight: 420, size: 11 },
};

export function textWidth(text, face) {
  const key = `${face}\n${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    const { token, weight, size } = FACES[face];
    if (!families.has(token)) families.set(token, getComputedStyle(document.documentElement).getPropertyValue(token)); // which lays the page out
    context.font = `${weight} ${size}px ${families.get(token)}`;
    width = context.measureText(text).width;
    if (widths.size > 5_000) widths.clear();
    widths.set(key, width);
  }
  return width;
}

// Keeps 60 % of what remains at the front.
export function elide(text, room, face) {
  if (textWidth(text, face) <= room) return text;
  let [fits, cut] = [1, text.length]; // of the characters that are kept
  while (cut - fits > 1) {
    const middle = (fits + cut) >> 1;
    if (textWidth(shortened(text, middle), face) <= room) fits = middle;
    else cut = middle;
  }
  return shortened(text, fits);
}

function shortened(text, count) {
  const front = Math.ceil(count * 0.6);
  return `${text.slice(0, front)}…${count > front ? text.slice(front - count) : ""}`;
}

// Fonts arrive after the first drawing: forget what was measured with their stand-ins.
export function onFontsLoaded(redraw) {
  let isGone = false;
  document.fonts.ready.then(() => {
    if (isGone) return;
    widths.clear();
    redraw();
  });
  return () => {
    isGone = true;
  };
}
