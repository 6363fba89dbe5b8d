// What depends on what in a drawing: up- and downstream of a box, and the paths between two. Pure.
//
// Edges meet an open group twice: what comes in ends at its head and starts again inside; what goes out ends at its
// foot. So a group is two places here.

const HEAD = "\u0000in";

// → {boxes: Set of ids, edges: Set of indices}: all that a box depends on and all that depends on it
export function traceOf(drawing, id) {
  const links = linksOf(drawing);
  const starts = placesOf(drawing, id);
  const below = reach(links, starts, "down");
  const above = reach(links, starts, "up");
  return litBy(drawing, links, [above, below], starts);
}

// → the same of all paths between two boxes, whichever comes first; null if there is none
export function pathBetween(drawing, first, second) {
  const links = linksOf(drawing);
  const [from, to] = [placesOf(drawing, first), placesOf(drawing, second)];
  for (const [start, end] of [[from, to], [to, from]]) {
    const below = reach(links, start, "down");
    const above = reach(links, end, "up");
    const both = new Set([...below].filter((place) => above.has(place)));
    if (both.size === 0 || ![...end].some((place) => below.has(place))) continue;
    return litBy(drawing, links, [both], new Set([...start, ...end]));
  }
  return null;
}

function linksOf(drawing) {
  const parents = new Map(drawing.boxes.map((box) => [box.id, box.parent]));
  const groups = new Set(drawing.boxes.filter((box) => box.kind === "group").map((box) => box.id));
  const isIn = (id, outer) => {
    for (let at = parents.get(id); at; at = parents.get(at)) if (at === outer) return true;
    return false;
  };
  const links = drawing.edges.map(({ source, target }) => ({
    from: groups.has(source) && (isIn(target, source) || target === source) ? source + HEAD : source,
    to: groups.has(target) && !isIn(source, target) && target !== source ? target + HEAD : target,
  }));
  return { links, parents };
}

// A box, or all that an open group holds.
function placesOf(drawing, id) {
  const parents = new Map(drawing.boxes.map((box) => [box.id, box.parent]));
  const places = new Set([id]);
  for (const { id: one, kind } of drawing.boxes) {
    for (let at = one; at; at = parents.get(at)) {
      if (at !== id) continue;
      places.add(one);
      if (kind === "group") places.add(one + HEAD);
    }
  }
  return places;
}

function reach({ links }, starts, direction) {
  const [near, far] = direction === "down" ? ["from", "to"] : ["to", "from"];
  const next = new Map();
  for (const link of links) next.set(link[near], [...(next.get(link[near]) ?? []), link[far]]);
  const found = new Set(starts);
  const waiting = [...starts];
  while (waiting.length > 0) {
    for (const place of next.get(waiting.pop()) ?? []) {
      if (found.has(place)) continue;
      found.add(place);
      waiting.push(place);
    }
  }
  return found;
}

function litBy(drawing, { links, parents }, reached, starts) {
  const edges = new Set(links.flatMap(({ from, to }, i) => (reached.some((places) => places.has(from) && places.has(to)) ? [i] : [])));
  const boxes = new Set();
  for (const place of [...starts, ...reached.flatMap((places) => [...places])]) {
    const id = place.replace(HEAD, "");
    for (let at = id; at; at = parents.get(at)) boxes.add(at);
  }
  return { boxes, edges };
}
