// Does what appearance.js and grid/card_heights.js do, before the first paint: a dark page never flashes white and no card jumps. A classic
// script in the head, since modules come later. What is in storage by no doing of ours is looked at by preferences.js.
(function boot() {
  "use strict";
  function stored(name) {
    try {
      return JSON.parse(window.localStorage.getItem(`board.${name}`));
    } catch {
      return null; // storage can be switched off
    }
  }

  const { dataset, style } = document.documentElement;
  const theme = stored("theme");
  const isDark = theme === "dark" || (theme !== "light" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  dataset.theme = isDark ? "dark" : "light";
  dataset.density = stored("density") === "compact" ? "compact" : "comfortable";
  dataset.runs = stored("runs.hidden") === true ? "hidden" : "shown";
  // Bounds and spelling are those of view_keys.js; a link that says nothing sensible says nothing.
  const linked = new URLSearchParams(window.location.search);
  function setHeight(property, key, name, [min, max]) {
    const said = /^-?\d+$/.test(linked.get(key)) ? Number(linked.get(key)) : null;
    const more = [said, stored(name)].find((one) => Number.isInteger(one) && one >= min && one <= max);
    if (more !== undefined) style.setProperty(property, `${more}px`);
  }
  setHeight("--card-more", "height", "cards.more", [-80, 900]);
  setHeight("--card-wide", "wide", "cards.wide", [0, 900]);
  if (Number(stored("runs.width"))) style.setProperty("--w-runs", `${Number(stored("runs.width"))}px`);
  if (Number(stored("columns"))) style.setProperty("--columns", Number(stored("columns")));
})();
