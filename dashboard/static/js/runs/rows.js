// The rows of the list. They have one height, so only those in sight are in the document.

import { h, useEffect, useMemo, useRef, useState } from "../react.js";
import { session } from "../session.js";
import { tokenPx } from "../tokens.js";
import { canEdit } from "./actions.js";
import { describeAge } from "./age.js";
import { stateOf } from "./box.js";
import { dashOf, swatchBackground } from "./colors.js";
import { columnWidths, writeHparams } from "./columns.js";
import { curves } from "./curves.js";
import { baseOf, writeDelta } from "./delta.js";
import { toneOf } from "./metrics.js";
import { openDetails, toggleDetails } from "./details.js";
import { facts } from "./facts.js";
import { GroupRow } from "./group_row.js";
import { summarize } from "./group_summary.js";
import { setFold } from "./listed.js";
import { findOneRun } from "./one_run.js";
import { pick, pickFolder } from "./pick.js";
import { FolderRow, RunRow } from "./row.js";
import { listActions, onlyRun, toggleHidden, togglePin } from "./row_actions.js";
import { RowMenu } from "./row_menu.js";
import { press } from "./row_keys.js";

const SPARE_ROWS = 6;

// listing: of listed.js; pinned: names; columns: of fitColumns; metric: of chooseMetric; onWidth(px): of the list
export function Rows({ listing, pinned, columns, metric, hold, onWidth, children }) {
  const grid = useRef(null);
  const scroller = useRef(null);
  const [active, setActive] = useState(null); // key of the row that the keyboard is at
  const [menu, setMenu] = useState(null);
  const view = useView(scroller, onWidth);
  const rowPx = tokenPx("--h-row");
  const entries = useMemo(() => [...pinned.map((name) => ({ key: `pinned ${name}`, name, depth: 0 })), ...listing.rows.map(withKey)], [pinned, listing.rows]);
  const context = useRef(null);
  context.current = { listing, entries, active, setActive, setMenu, scroller, rowPx, numPinned: pinned.length, grid };
  const on = useHandlers(context);
  const draw = drawer({ listing, columns, metric, active: active ?? entries[0]?.key, rowPx, on });
  const first = Math.max(0, Math.floor(view.top / rowPx) - SPARE_ROWS);
  const last = Math.min(listing.rows.length, Math.ceil((view.top + view.height) / rowPx) + SPARE_ROWS);
  const shown = entries.slice(pinned.length + first, pinned.length + last);
  useCurves([...pinned, ...shown.filter((row) => row.name).map((row) => row.name)], columns.hasCurve ? metric.tag : "");
  const at = active === null ? 0 : entries.findIndex((row) => row.key === active);
  const isGrid = entries.length > 0;
  return h(
    "div",
    {
      className: "run-grid",
      ref: grid,
      style: columnWidths(columns),
      role: isGrid ? "treegrid" : undefined,
      "aria-label": isGrid ? "Runs" : undefined,
      "aria-multiselectable": (isGrid && findOneRun() === null) || undefined,
      "aria-rowcount": isGrid ? entries.length : undefined,
      "aria-activedescendant": isGrid && at >= 0 ? rowId(at) : undefined,
      tabIndex: isGrid ? 0 : undefined,
      onKeyDown: (event) => press(event, context.current, on),
      onFocus: (event) => event.target === grid.current && session.setFocus(entries[Math.max(0, at)]?.name ?? null),
      onBlur: () => session.setFocus(null),
      onPointerEnter: ({ pointerType }) => pointerType === "mouse" && hold(true),
      onPointerLeave: () => hold(false),
    },
    pinned.length > 0 && h("div", { className: "run-pinned", role: "rowgroup", style: { height: pinned.length * rowPx } }, entries.slice(0, pinned.length).map((row, i) => draw(row, i, i * rowPx))),
    h(
      "div",
      { className: "run-rows", ref: scroller },
      listing.rows.length > 0 && h("div", { className: "run-canvas", style: { height: listing.rows.length * rowPx }, role: "rowgroup" }, shown.map((row, i) => draw(row, pinned.length + first + i, (first + i) * rowPx))),
      children,
    ),
    menu && h(RowMenu, { key: menu.key, ...menu, items: () => listActions(menu.name), back: grid }),
  );
}

function withKey(row) {
  return { ...row, key: row.folder ? `folder ${row.folder.path}` : `run ${row.name}` };
}

export function rowId(index) {
  return `run-row-${index}`;
}

// Where the list is scrolled to, and its size.
function useView(scroller, onWidth) {
  const [view, setView] = useState({ top: 0, height: 800 });
  useEffect(() => {
    const element = scroller.current;
    const measure = () => {
      setView({ top: element.scrollTop, height: element.clientHeight });
      onWidth(element.clientWidth);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, []);
  return view;
}

function useCurves(names, tag) {
  const list = names.join("\n");
  useEffect(() => curves.want(names, tag), [list, tag, facts.version]);
}

function useHandlers(context) {
  return useMemo(() => {
    const listed = () => {
      const { entries, listing, numPinned } = context.current;
      return entries.slice(listing.areGrouped ? numPinned : 0).filter((row) => row.name).map((row) => row.name); // each once
    };
    const inFolder = (path) => context.current.listing.rows.find((row) => row.folder?.path === path);
    const select = (event, name) => {
      const one = findOneRun();
      if (one === null) pick(event, name, listed());
      else if (!one.reasonAgainst(session.runNamed(name))) one.choose(name);
    };
    return {
      nameHint: "Click for its details, Alt-click for only this run",
      pick: select,
      name: (event, name) => (event.altKey || event.shiftKey ? select(event, name) : toggleDetails(name)),
      pickFolder: (event, path) => {
        const { names } = inFolder(path);
        pickFolder(event, names, stateOf(countSelected(names), names.length));
      },
      fold: (path) => setFold(path, !context.current.listing.isOpen(inFolder(path).folder)),
      point: (name) => session.setFocus(name),
      details: openDetails,
      pin: togglePin,
      hide: toggleHidden,
      only: onlyRun,
      menu: (event, name) => {
        event.preventDefault();
        context.current.setActive(context.current.entries.find((row) => row.name === name).key);
        context.current.setMenu({ key: performance.now(), name, x: event.clientX, y: event.clientY });
      },
    };
  }, []);
}

function countSelected(names) {
  let count = 0;
  for (const name of names) count += session.selected.has(name);
  return count;
}

// → draw(row, index, top)
function drawer({ listing, columns, metric, active, rowPx, on }) {
  const one = findOneRun();
  return (row, index, top) => {
    const common = { key: row.key, index, id: rowId(index), top, on };
    if (row.folder?.group) return h(GroupRow, { ...common, ...describeFolder(row, listing, active), ...describeGroup(row, columns, metric) });
    if (row.folder) return h(FolderRow, { ...common, ...describeFolder(row, listing, active) });
    const isMember = row.depth > 0 && session.comparison.coloring.kind === "group"; // drawn faintly, behind the line of its group
    return h(RunRow, { ...common, depth: row.depth, isMember, ...describeRun(session.runNamed(row.name), listing, columns, metric), ...(one && describeOne(one, session.runNamed(row.name))) });
  };
}

// On a page of one run that one is the selected one.
function describeOne(one, run) {
  const isOne = run.name === one.name;
  return { isOne, isSelected: isOne, reasonAgainst: one.reasonAgainst(run) };
}

function describeFolder({ key, folder, depth, names }, listing, active) {
  const numSelected = countSelected(names);
  return {
    path: folder.path,
    label: folder.label,
    elided: folder.elided,
    depth,
    isOpen: listing.isOpen(folder),
    isLit: key === active,
    state: stateOf(numSelected, names.length),
    numSelected: countSelected(folder.names),
    numRuns: folder.names.length,
  };
}

function describeGroup({ folder, names }, columns, metric) {
  const { slot, color } = folder.group;
  const latest = names.reduce((last, name) => Math.max(last, session.runNamed(name)?.last_wall_time ?? -Infinity), -Infinity);
  const { amount, unit, title } = describeAge(Number.isFinite(latest) ? latest : null, session.live.now);
  return {
    numSelected: countSelected(names),
    numRuns: names.length,
    swatch: session.comparison.coloring.kind === "group" ? swatchBackground({ color, dash: dashOf(slot) }) : "",
    metric: metric.name,
    summary: metric.name ? summaryOf(names, metric.name) : null,
    base: metric.name && metric.isDelta ? baseOf(metric.name) : null,
    hasAge: columns.hasAge,
    age: amount,
    ageUnit: unit,
    ageTitle: title,
  };
}

const summaries = new WeakMap(); // names of the runs of a row → {metric, version, selected, summary}

// Of the selected runs, as the charts have it; of all while none is selected.
function summaryOf(names, metric) {
  const { selected } = session;
  const { version } = facts;
  const known = summaries.get(names);
  if (known?.metric === metric && known.version === version && known.selected === selected) return known.summary;
  const some = names.filter((name) => selected.has(name));
  const summary = summarize((some.length > 0 ? some : names).map((name) => facts.valueOf(name, metric)));
  summaries.set(names, { metric, version, selected, summary });
  return summary;
}

function describeRun(run, listing, columns, metric) {
  const { name } = run;
  const place = listing.places.placeOf.get(name);
  const isNamed = ![name, name.slice(run.prefix.length)].includes(run.label); // it was given another
  const written = columns.hparams.length > 0 ? writeHparams(name, columns.hparams) : { text: "", title: "" };
  const { amount, unit, title } = describeAge(run.last_wall_time, session.live.now);
  const value = metric.name ? facts.valueOf(name, metric.name) : null;
  return {
    name,
    run,
    state: run.state,
    label: isNamed ? run.label : place.label,
    elided: isNamed ? "" : place.elided,
    isSelected: session.selected.has(name),
    isLit: session.focusedRun === name,
    isBaseline: run.isBaseline,
    isPinned: run.isPinned,
    isHidden: run.isHidden,
    aside: run.isHidden ? "hidden" : run.isArchived ? "archived" : "",
    canEdit: canEdit(),
    swatch: swatchBackground(run),
    problems: run.problems.join("\n"),
    hparams: written.text,
    hparamsTitle: written.title,
    hasHparams: columns.hparamsPx > 0,
    hasCurve: columns.hasCurve,
    curve: columns.hasCurve ? curves.pathOf(name, metric.tag) : "",
    metric: metric.name,
    value,
    ...(metric.name && metric.isDelta && !run.isBaseline ? describeDelta(value, metric) : {}),
    hasShare: columns.hasShare,
    hasAge: columns.hasAge,
    age: amount,
    ageUnit: unit,
    ageTitle: title,
  };
}

// A step is no value of which the smaller or the larger is better.
function describeDelta(value, { name, tag, measure }) {
  const base = baseOf(name);
  const tone = typeof value === "number" && base !== null && !measure.endsWith("step") ? toneOf(tag, value - base) : null;
  return { ...writeDelta(value, base), tone };
}
