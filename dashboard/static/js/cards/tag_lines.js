// Several tags on one card: the lines of a run keep its colour, those of each tag have a dash of their own.

const DASHES = [[], [5, 3], [1.5, 3], [9, 3, 2, 3], [2, 2, 6, 2]]; // the first tag is solid

// Lines of runs or groups as they are drawn for the i-th of several tags; `words` are the tags' short names.
export function dressLines(lines, { tags, words, i }) {
  if (tags.length === 1) return lines;
  return lines.map((line) => ({
    ...line,
    name: i === 0 ? line.name : `${line.name}\n${tags[i]}`, // tells it from the others of the plot
    tagName: tags[i],
    isMore: i > 0,
    run: { ...line.run, label: `${line.run.label} · ${words[i]}`, shortLabel: `${line.run.shortLabel} · ${words[i]}`, dash: i === 0 ? line.run.dash : tagDash(i) },
  }));
}

// On and off, in px, from the second tag on.
export function tagDash(i) {
  return i === 0 ? DASHES[0] : DASHES[1 + ((i - 1) % (DASHES.length - 1))];
}

// Tags without what all of them begin and end with: train/loss and val/loss are train and val. Of an expression what
// follows its sign.
export function shortTags(tags) {
  const names = tags.map((tag) => (tag.startsWith("=") ? tag.slice(1) : tag));
  if (tags.length < 2 || tags.some((tag) => tag.startsWith("="))) return names;
  const parts = names.map((name) => name.split("/"));
  const shortest = Math.min(...parts.map(({ length }) => length));
  const isShared = (place) => parts.every((one) => one.at(place) === parts[0].at(place));
  let [before, after] = [0, 0];
  while (before < shortest - 1 && isShared(before)) before += 1;
  while (after < shortest - 1 - before && isShared(-1 - after)) after += 1;
  return parts.map((one) => one.slice(before, one.length - after).join("/"));
}

// What the dashes say, for the head of the card.
export function makeTagKeys(tags) {
  return tags.length > 1 ? shortTags(tags).map((word, i) => tagKey(word, tags[i], i)) : [];
}

function tagKey(word, tag, i) {
  const key = document.createElement("span");
  key.className = "tag-key";
  key.title = tag;
  const line = document.createElementNS(SVG, "svg");
  line.setAttribute("class", "tag-dash");
  line.setAttribute("aria-hidden", "true");
  const stroke = document.createElementNS(SVG, "path");
  stroke.setAttribute("d", "M0 3H18");
  stroke.setAttribute("stroke-dasharray", tagDash(i).join(" "));
  line.append(stroke);
  key.append(line, word);
  return key;
}

const SVG = "http://www.w3.org/2000/svg";
