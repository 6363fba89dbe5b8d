// Where the arrow keys go: up and down along edges, left and right among boxes of one row.

export function stepFrom(drawing, id, key) {
  const leaves = drawing.boxes.filter((box) => box.kind !== "more" || box.id);
  if (leaves.length === 0) return null;
  if (key === "Home") return leaves[0].id;
  if (key === "End") return leaves.reduce((low, box) => (box.y > low.y ? box : low)).id;
  const box = leaves.find((one) => one.id === id);
  if (!box) return leaves[0].id;
  if (key === "ArrowDown" || key === "ArrowUp") return along(drawing, box, key === "ArrowDown");
  return beside(leaves, box, key === "ArrowRight" ? 1 : -1);
}

// Along the edge of most bytes; into an open group from its head, and out of it at its end.
function along(drawing, box, isDown) {
  const edges = drawing.edges
    .filter((edge) => (isDown ? edge.source : edge.target) === box.id)
    .map((edge) => ({ other: isDown ? edge.target : edge.source, bytes: edge.bytes }));
  const inside = (id) => isInside(drawing, id, box.id);
  const candidates = edges.filter(({ other }) => other !== box.id && (isDown || !inside(other)));
  candidates.sort((a, b) => inside(b.other) - inside(a.other) || b.bytes - a.bytes);
  return candidates[0]?.other ?? box.id;
}

function isInside(drawing, id, outer) {
  const parents = new Map(drawing.boxes.map((box) => [box.id, box.parent]));
  for (let at = parents.get(id); at; at = parents.get(at)) if (at === outer) return true;
  return false;
}

function beside(boxes, box, direction) {
  const row = boxes
    .filter((one) => one.parent === box.parent && one.y < box.y + box.height && box.y < one.y + one.height)
    .sort((a, b) => a.x - b.x);
  return (row[row.indexOf(box) + direction] ?? box).id;
}
