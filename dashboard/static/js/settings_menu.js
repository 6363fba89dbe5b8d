// The gear: how the page looks in this browser, and the way to keys, health and the data routes.

import { openHealth } from "./health_panel.js";
import { openKeySheet } from "./key_sheet.js";
import { Popover } from "./overlay.js";
import { Icon, h } from "./react.js";
import { ROOT } from "./root.js";
import { Setting } from "./setting.js";

const THEMES = [["light", "Light"], ["dark", "Dark"], ["system", "System", "As the system has it, also when that changes"]];
const DENSITIES = [["comfortable", "Comfortable"], ["compact", "Compact", "Lower rows, cards and bars"]];
const API_PAGE = new URL("data/docs", ROOT).href;

export function SettingsMenu({ version }) {
  return h(
    Popover,
    {
      label: "Settings",
      align: "end",
      className: "settings",
      button: { className: "icon-button", title: "Settings", "aria-label": "Settings", children: h(Icon, { name: "settings" }) },
    },
    (close) => h(Settings, { version, close }),
  );
}

function Settings({ version, close }) {
  return h(
    window.React.Fragment,
    null,
    h(Setting, { name: "theme", word: "Theme", options: THEMES, hint: "T" }),
    h(Setting, { name: "density", word: "Density", options: DENSITIES }),
    h("p", { className: "settings-note" }, "Kept in this browser, for every board at this address."),
    h(
      "div",
      { className: "settings-links" },
      h(Way, { icon: "keyboard", label: "Keys", go: () => { close(); openKeySheet(); } }, h("kbd", { className: "kbd" }, "?")),
      h(Way, { icon: "stethoscope", label: "Doctor", go: () => { close(); openHealth(); } }),
      h("a", { className: "menu-item", href: API_PAGE, target: "_blank", rel: "noopener" }, h(Icon, { name: "api", size: 14 }), h("span", { className: "menu-label" }, "Data API")),
    ),
    h("p", { className: "settings-version" }, `board ${version}`),
  );
}

function Way({ icon, label, go, children }) {
  return h("button", { type: "button", className: "menu-item", onClick: go }, h(Icon, { name: icon, size: 14 }), h("span", { className: "menu-label" }, label), children);
}
