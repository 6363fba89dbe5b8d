// Which scopes are open, by their ids. Pure.

export const MAX_OPEN = 500; // that the server takes

// Opens more. Where that is too much, what was open in a closed group is forgotten first; isInSight(id) tells the others.
// -> {open, isCut}
export function withOpened(open, ids, isInSight) {
  const all = [...new Set([...open, ...ids])];
  if (all.length <= MAX_OPEN) return { open: all, isCut: false };
  const kept = [...new Set([...open.filter(isInSight), ...ids])];
  return { open: kept.slice(0, MAX_OPEN), isCut: kept.length > MAX_OPEN };
}

// Of what is open, some scopes with what holds them and what they hold. twins: what is drawn for scopes that were opened in another block
export function onlyOpen(open, ids, twins) {
  const isKept = (one) => ids.some((id) => id === one || one.startsWith(`${id}/`) || id.startsWith(`${one}/`));
  return open.filter((one) => isKept(one) || isKept(twins[one] ?? one));
}
