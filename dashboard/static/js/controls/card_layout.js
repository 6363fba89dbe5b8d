// How cards are laid out: how many in a row, how high, and whether training and evaluation share one.

import { preference } from "../preferences.js";
import { HEIGHTS, heightOf, setHeight } from "../grid/card_heights.js";
import { Popover } from "../overlay.js";
import { Icon, h, useSession } from "../react.js";
import { session } from "../session.js";
import { Choice, Setting } from "../setting.js";
import { useViewKey } from "../use_view.js";

const LABEL = "Columns and height of cards";
const COLUMNS = [["auto", "Auto", "As many as fit: 1 to 4"], ...[1, 2, 3, 4, 5, 6].map((count) => [count, String(count)])];
const SIZES = [[-56, "Small"], [0, "Medium"], [112, "Large"]]; // px more than usual

// joinKey: the key of the view that joins cards; null for a page without
export default function CardLayout({ joinKey }) {
  useSession(session, ["preference"]);
  const count = preference("columns");
  const button = {
    className: "toggle card-layout",
    title: LABEL,
    "aria-label": LABEL,
    children: [h(Icon, { key: "icon", name: "columns-3", size: 14 }), h("span", { key: "count", className: "control-word" }, count === "auto" ? "Auto" : count), h(Icon, { key: "more", name: "chevron-down", size: 12 })],
  };
  return h(
    Popover,
    { label: LABEL, button, align: "end", className: "settings" },
    h(Setting, { name: "columns", word: "Columns of cards", options: COLUMNS }),
    h(Height),
    joinKey && h(Join, { viewKey: joinKey }),
    h("p", { className: "settings-note" }, "Any other height by a drag of a card's lower edge. Kept in this browser; the height in the link too."),
  );
}

function Height() {
  useViewKey(HEIGHTS.usual.key);
  return h(Choice, { name: "height", word: "Height of cards", options: SIZES, value: heightOf(HEIGHTS.usual), choose: (more) => setHeight(HEIGHTS.usual, more) });
}

function Join({ viewKey }) {
  const isOn = useViewKey(viewKey) === "on";
  const toggle = () => session.view.set({ [viewKey]: isOn ? "off" : "on" }, { label: "joining of train and val" });
  return h(
    "button",
    { type: "button", className: "menu-item", role: "checkbox", "aria-checked": isOn, title: "Draws train/loss and val/loss on one card: val solid, train dashed", onClick: toggle },
    h("span", { className: isOn ? "box is-all" : "box", "aria-hidden": true }, isOn && h(Icon, { name: "check", size: 12 })),
    h("span", { className: "menu-label" }, "Join train and val"),
  );
}
