// Sets the theme before the first paint; a classic script in the head, so that a dark page never flashes white.
(function boot() {
  "use strict";
  let stored = null;
  try {
    stored = window.localStorage.getItem("board.theme");
  } catch {
    // Storage can be switched off; the system's theme is then the only one.
  }
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  const theme = stored === "light" || stored === "dark" ? stored : dark ? "dark" : "light";
  document.documentElement.dataset.theme = theme;
  document.documentElement.dataset.mantineColorScheme = theme;
})();
