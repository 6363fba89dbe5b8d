// The parts of the frame that F6 goes through: top bar, runs, toolbar, cards.

const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex]:not([tabindex="-1"])';
const last = new Map(); // region → what had the focus in it

const REGIONS = [
  { name: "top bar", find: () => document.querySelector(".top-bar") },
  { name: "runs", find: () => document.querySelector(".runs-slot") },
  { name: "toolbar", find: () => document.querySelector(".page .toolbar") },
  { name: "cards", find: () => document.querySelector(".page"), without: ".toolbar" },
];

document.addEventListener("focusin", ({ target }) => {
  const region = regionOf(target);
  if (region) last.set(region.name, target);
});

// Puts the focus into the next region (direction 1) or the one before (-1) that has something to focus, at the place
// where it was last.
export function goToRegion(direction) {
  const at = REGIONS.indexOf(regionOf(document.activeElement));
  const start = at < 0 && direction < 0 ? 0 : at;
  for (let i = 1; i <= REGIONS.length; i++) {
    if (enter(REGIONS[(start + direction * i + 2 * REGIONS.length) % REGIONS.length])) return;
  }
}

// What the first Tab stop of the page offers.
export function skipToCards() {
  enter(REGIONS.at(-1));
}

function enter(region) {
  const members = focusablesOf(region);
  const known = last.get(region.name);
  const next = members.includes(known) ? known : members[0];
  next?.focus();
  return next !== undefined;
}

function regionOf(element) {
  return REGIONS.findLast((region) => region.find()?.contains(element) && !(region.without && element.closest(region.without)));
}

function focusablesOf({ find, without }) {
  return [...(find()?.querySelectorAll(FOCUSABLE) ?? [])].filter((one) => one.checkVisibility({ visibilityProperty: true }) && !(without && one.closest(without)));
}
