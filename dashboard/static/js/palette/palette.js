// The palette: a field, and under it what fits what is typed. The focus stays in the field; arrows choose, ↵ does.

import { formatCount } from "../format.js";
import { formatKey, nameOf } from "../keys.js";
import { ModalDialog } from "../overlay.js";
import { Icon, h, useEffect, useMemo, useRef, useSession, useState } from "../react.js";
import { session } from "../session.js";
import { listItems, listLater } from "./items.js";
import { fold } from "./match.js";
import { Group, optionId } from "./options.js";
import { recentIds, remember } from "./recent.js";
import { readQuery, search, withWays } from "./search.js";
import { withTagActions } from "./tag_actions.js";

const PLACEHOLDER = "Search runs, tags, pages, views and actions";
const LIST = "palette-list";
const MAX_TYPED = 500;

// pages: {path, name, title, icon, kinds, hasData}
export function Palette({ pages, onClose }) {
  const [typed, setTyped] = useState("");
  useSession(session, ["style"]); // what tells the runs apart is known a moment after them
  const [stageOf, setStageOf] = useState(null); // the item whose further choices are shown
  const [chosen, setChosen] = useState(null); // id of the item that ↵ takes; null for the first
  const items = useItems(pages);
  const recent = useMemo(recentIds, []);
  const query = readQuery(typed);
  const stage = stageOf?.stage() ?? null;
  const found = useMemo(() => withWays(withTagActions(search(items, query, recent), query, pages), query), [items, typed]);
  const groups = stage ? searchStage(stage, typed) : found;
  const shown = groups.flatMap((group) => group.items);
  const active = shown.find(({ id }) => id === chosen) ?? shown[0] ?? null;
  const type = (text) => {
    setTyped(text);
    setChosen(null);
  };
  const enter = (item) => {
    setStageOf(item);
    type("");
  };
  const take = (item, isOther) => {
    if (item.typed) return type(item.typed);
    if (item.stage) return enter(item);
    if (!stage) remember(item.id);
    onClose(); // first, so that the focus that an action sets stays
    return isOther && item.also ? item.also.run() : item.run();
  };
  const back = () => (stage ? enter(null) : onClose());
  const press = (event) => pressKey(event, { shown, active, stage, typed, choose: setChosen, take, back, onClose });
  return h(
    ModalDialog,
    { label: "Search or jump to", className: "palette", onClose: back },
    h(Field, { typed, stage, active, numFound: groups.reduce((sum, { count }) => sum + count, 0), type, press, onClose }),
    h(
      "div",
      { className: "palette-list", id: LIST, role: "listbox", "aria-label": stage?.placeholder ?? "What was found" },
      groups.map((group) => h(Group, { key: group.name, group, query, active, take, choose: setChosen })),
    ),
    shown.length === 0 && h(Nothing, { stage, typed: query.text }),
    h(Foot, { active, isStage: stage !== null }),
  );
}

// All there is when it opens; it does not change while someone looks at it. Tags and what runs logged come a moment later.
function useItems(pages) {
  const [later, setLater] = useState([]);
  const others = useMemo(() => listItems(pages), []);
  useEffect(() => {
    let isCurrent = true;
    listLater(pages).then((found) => isCurrent && setLater(found), (error) => session.emit("error", error));
    return () => {
      isCurrent = false;
    };
  }, []);
  return useMemo(() => [...others, ...later], [others, later]);
}

function searchStage(stage, typed) {
  const items = stage.itemsFor?.(typed);
  if (items) return items.length > 0 ? [{ name: items[0].group, count: items.length, items }] : [];
  const { words } = readQuery(` ${typed}`); // no signs here
  return search(stage.items.map((item) => ({ ...item, folded: fold(item.label) })), { only: "Actions", words }, []);
}

function pressKey(event, { shown, active, stage, typed, choose, take, back, onClose }) {
  const at = shown.indexOf(active);
  const { length } = shown;
  const to = { ArrowDown: (at + 1) % length, ArrowUp: (at - 1 + length) % length, PageDown: Math.min(at + 8, length - 1), PageUp: Math.max(at - 8, 0) }[event.key];
  const name = nameOf(event);
  if (event.isComposing) return;
  if (to !== undefined && length > 0) choose(shown[to].id);
  else if (["Enter", "Mod+Enter"].includes(name)) active && take(active, name === "Mod+Enter");
  else if (name === "Mod+K") onClose();
  else if (event.key === "Backspace" && stage && typed === "") back();
  else return;
  event.preventDefault();
}

function Field({ typed, stage, active, numFound, type, press, onClose }) {
  const field = useRef(null);
  useEffect(() => field.current.focus(), [stage?.placeholder]);
  return h(
    "div",
    { className: "palette-field" },
    h(Icon, { name: "search" }),
    h("input", {
      ref: field,
      value: typed,
      role: "combobox",
      "aria-label": stage?.placeholder ?? PLACEHOLDER,
      "aria-expanded": numFound > 0,
      "aria-controls": LIST,
      "aria-autocomplete": "list",
      "aria-activedescendant": active ? optionId(active) : undefined,
      placeholder: stage?.placeholder ?? PLACEHOLDER,
      maxLength: stage?.maxLength ?? MAX_TYPED,
      autoComplete: "off",
      spellCheck: false,
      enterKeyHint: "go",
      onChange: (event) => type(event.target.value),
      onKeyDown: press,
    }),
    h("button", { type: "button", className: "kbd", title: "Close (Esc)", "aria-label": "Close", tabIndex: -1, onClick: onClose }, "esc"),
    h("span", { className: "visually-hidden", role: "status" }, typed === "" ? "" : `${formatCount(numFound)} found`),
  );
}

function Nothing({ stage, typed }) {
  const sentence = stage?.empty ?? (typed ? "Nothing has this in its name." : "Nothing is here yet.");
  return h("p", { className: "palette-nothing" }, sentence);
}

// What the keys do with what is chosen.
function Foot({ active, isStage }) {
  const hint = (keys, word) => h("span", { key: word }, keys.map((key) => h("kbd", { className: "kbd", key }, key)), word);
  return h(
    "footer",
    { className: "palette-foot" },
    hint(["↑", "↓"], "move"),
    active && hint(["↵"], active.verb),
    active?.also && hint([formatKey("Mod+Enter").replace("Enter", "↵")], active.also.label),
    isStage && hint(["esc"], "back"),
    h("span", { className: "grow" }),
    !isStage && ["@ runs", "# tags", "> actions"].map((word) => h("span", { key: word }, word)),
  );
}
