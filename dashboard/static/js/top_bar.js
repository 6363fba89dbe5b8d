// The top bar: mark, logdirs, pages, live state, theme, settings.

import "./announcer.js";
import "./callback_failures.js";
import { formatKey } from "./keys.js";
import { toggleTheme } from "./frame_keys.js";
import { LiveState } from "./live_state.js";
import { LogdirMenu } from "./logdir_menu.js";
import { PageLink, usePage } from "./navigation.js";
import { SearchBox } from "./palette/open.js";
import { PhoneBar } from "./phone_bar.js";
import { preference } from "./preferences.js";
import { Icon, h, useSession } from "./react.js";
import { skipToCards } from "./regions.js";
import "./request_errors.js";
import "./runs/details.js";
import { togglePanel } from "./run_panel.js";
import { session } from "./session.js";
import { SettingsMenu } from "./settings_menu.js";
import { Share } from "./share.js";
import { PageMenu, Tabs } from "./tabs.js";
import "./sidecar_notices.js";
import "./view_notices.js";

export default function TopBar({ pages, version }) {
  useSession(session, ["runs", "theme"]);
  const current = usePage(pages);
  const kinds = session.kindsPresent();
  const known = pages.map((page) => Object.assign(page, { hasData: page.kinds.some((kind) => kinds.has(kind)) }));
  return h(
    window.React.Fragment,
    null,
    h("button", { type: "button", className: "skip", onClick: skipToCards }, "Skip to the charts"),
    h(
      "header",
      { className: "top-bar" },
      h(PageLink, { className: "mark", href: pages[0].path, "aria-label": "board, first page" }, h(Mark), h("span", { className: "wordmark" }, "board")),
      h(LogdirMenu),
      h(PanelButton),
      h("span", { className: "rule" }),
      h(Tabs, { pages: known, current }),
      h(PageMenu, { pages: known, current }),
      h("span", { className: "grow" }),
      h(SearchBox, { pages: known }),
      h(LiveState),
      h("span", { className: "rule" }),
      h(ThemeButton),
      h(SettingsMenu, { version }),
      h(Share),
    ),
    h(PhoneBar),
  );
}

function Mark() {
  return h(
    "svg",
    { viewBox: "0 0 20 20", width: 20, height: 20, "aria-hidden": true },
    h("rect", { width: 20, height: 20, rx: 5, fill: "var(--ink)" }),
    h("path", {
      d: "M6 4.2v8.6c0 2 1.6 3.2 3.7 3.2 2.3 0 4-1.5 4-3.6 0-2-1.6-3.5-3.8-3.5-1.7 0-3.1.9-3.9 2.4",
      fill: "none",
      stroke: "var(--on-ink)",
      strokeWidth: 1.9,
      strokeLinecap: "round",
      strokeLinejoin: "round",
    }),
    h("circle", { cx: 14, cy: 5.4, r: 1.7, fill: "var(--accent)" }),
  );
}

function PanelButton() {
  useSession(session, ["preference"]);
  const isHidden = preference("runs.hidden");
  const title = `${isHidden ? "Show" : "Hide"} the runs (${formatKey("\\")})`;
  const icon = isHidden ? "layout-sidebar-left-expand" : "layout-sidebar-left-collapse";
  return h("button", { type: "button", className: "icon-button panel-button", title, "aria-label": title, "aria-expanded": !isHidden, onClick: togglePanel }, h(Icon, { name: icon }));
}

function ThemeButton() {
  const next = session.theme === "dark" ? "light" : "dark";
  return h(
    "button",
    { className: "icon-button theme-button", type: "button", title: `Use the ${next} theme (T)`, "aria-label": `Use the ${next} theme`, onClick: toggleTheme },
    h(Icon, { name: session.theme === "dark" ? "sun" : "moon" }),
  );
}
