// The run panel: find, select, order and point at runs. Every page follows its selection.

import { h, useEffect, useMemo, useReducer, useRef, useSession, useState } from "../react.js";
import { session } from "../session.js";
import { ColumnHeads, Head } from "./head.js";
import { ColorLegend } from "./color_legend.js";
import { chooseHparams, chooseMetric, fitColumns } from "./columns.js";
import { curves } from "./curves.js";
import { facts, useFacts } from "./facts.js";
import { Foot } from "./foot.js";
import { found } from "./found.js";
import { makeListing, makePinned } from "./listed.js";
import { QueryField } from "./query_field.js";
import { findOneRun } from "./one_run.js";
import { Remarks } from "./remarks.js";
import { Rows } from "./rows.js";

const AGES_MS = 5_000;
const ORDER_MS = 2_000; // how often an order by what runs write is made anew

export default function RunList() {
  useSession(session, ["runs", "selection", "theme", "news", "focus", "preference", "style", "view"]);
  useFacts();
  useOften();
  const isEmpty = session.isLoaded && session.runs.length === 0;
  return h("div", { className: "runs", id: "run-panel" }, h(QueryField), isEmpty ? h(NoRuns) : h(List), h(Remarks));
}

// Draws again as ages grow, and when curves or what the query finds came.
function useOften() {
  const [, redraw] = useReducer((count) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(redraw, AGES_MS);
    const offs = [curves.on("change", redraw), found.on("change", redraw)];
    return () => {
      clearInterval(timer);
      offs.forEach((off) => off());
    };
  }, []);
}

function List() {
  const [isHeld, hold] = useState(false);
  const [width, setWidth] = useState(344);
  const clock = useClock();
  const [list, pin] = useMemo(() => [makeListing(), makePinned()], []);
  const pinned = pin(session.runs);
  const listing = list({ isHeld, clock, pinned });
  const metric = chooseMetric();
  const columns = useColumns({ panelPx: width, metric, places: listing.places, isHeld });
  const numSelected = listing.names.filter((name) => session.selected.has(name)).length;
  const isBare = session.isLoaded && found.isKnown && listing.names.length === 0;
  return h(
    "div",
    { className: findOneRun() ? "run-table is-one" : "run-table" },
    h(Head, { names: listing.names, numSelected }),
    h(ColumnHeads, { columns, metric, elided: writeElided(listing.places), areGrouped: listing.areGrouped }),
    h(ColorLegend),
    h(Rows, { listing, pinned, columns, metric, hold, onWidth: setWidth }, !session.isLoaded && h(RowSkeletons), isBare && h(NoMatch)),
    h(Foot, { runs: session.selectedRuns }),
  );
}

// Under the pointer columns keep their widths, as rows keep their places.
function useColumns({ panelPx, metric, places, isHeld }) {
  const hparams = chooseHparams();
  const wanted = metric.name ? [...hparams, metric.name] : hparams;
  useEffect(() => facts.want(wanted), [wanted.join("\n")]);
  const held = useRef(null);
  const fitted = useMemo(() => fitColumns({ hparams, metric, places, panelPx }), [hparams.join("\n"), metric.name, metric.isDelta, places, panelPx, facts.version]);
  if (!isHeld || held.current === null) held.current = fitted;
  return held.current;
}

// Counts up while runs write.
function useClock() {
  const [clock, tick] = useReducer((count) => count + 1, 0);
  const timer = useRef(null);
  useEffect(() => {
    const off = session.on("news", () => {
      timer.current ??= setTimeout(() => {
        timer.current = null;
        tick();
      }, ORDER_MS);
    });
    return () => {
      off();
      clearTimeout(timer.current);
    };
  }, []);
  return clock;
}

// What all names begin with: the folders that they share, and without folders the beginning of the names.
function writeElided(places) {
  return (session.runs[0]?.prefix ?? "") + places.elided;
}

function NoRuns() {
  return h(
    "div",
    { className: "no-runs" },
    h("strong", null, "No runs yet"),
    h("p", null, "Each folder with an event file becomes a run. Runs appear as soon as they are written."),
  );
}

function NoMatch() {
  if (found.text === "") return h("p", { className: "no-match" }, "All runs are hidden or archived. They are reached from the foot of this list.");
  const clear = () => session.view.set({ runs: "" }, { label: "run filter" });
  return h("p", { className: "no-match" }, "No run matches ", h("code", null, found.text), ". ", h("button", { type: "button", className: "link", onClick: clear }, "Clear filter"));
}

// Before the first list of runs is there.
function RowSkeletons() {
  return h("div", { "aria-hidden": true }, Array.from({ length: 20 }, (_, i) => h("div", { key: i, className: "run-skeleton" }, h("span", { className: "bone" }), h("span", { className: "bone is-name" }), h("span", { className: "bone is-age" }))));
}
