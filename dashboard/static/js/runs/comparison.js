// What belongs together and what differs: groups of all runs, and of the selected ones the hyperparameters in which they
// differ, and what colours them. The server finds it; it is asked once for each change.

import { formatHparam } from "../format.js";
import { whileConnected } from "../http.js";
import { MAX_BY_RUN, slotColor } from "./colors.js";
import { Latest } from "./latest.js";

export const MAX_COLUMNS = 4; // hyperparameters that are shown beside a run
const GATHER_MS = 100;
const NOTHING = { differing: [], columns: new Map() };

export class Comparison {
  #session;
  #found;
  #grouped = new Latest({ ask: (wanted) => this.#askGroups(wanted), take: (...found) => this.#takeGroups(...found), gatherMs: GATHER_MS });
  #compared = new Latest({ ask: (wanted) => this.#askDifferences(wanted), take: (...found) => this.#takeDifferences(...found), gatherMs: GATHER_MS });
  #colored = new Latest({ ask: (wanted) => this.#askColors(wanted), take: (...found) => this.#takeColors(...found), gatherMs: GATHER_MS });
  #listed = -1; // version of the list of runs that is compared
  #numChanges = 0;
  #differences = NOTHING;
  #grouping = null; // {value, groups}: the last that could be read
  #coloring = null; // {by, scheme, legend} of a hyperparameter

  // session: its lists of runs, view and requests; found(): called when there is something new.
  constructor(session, found) {
    this.#session = session;
    this.#found = found;
    this.problem = null; // why the runs cannot be grouped, a sentence
    session.on("runs", () => this.#follow(session.listed !== this.#listed));
    session.on("selection", () => this.#follow(true));
    session.on("view", (keys) => (keys.has("group") || keys.has("color")) && this.#follow(false));
  }

  // Names of hyperparameters in which the selected runs differ, those first that tell them apart best.
  get differing() {
    return this.#differences.differing;
  }

  // The value of one of the first MAX_COLUMNS of them, as text; "–" for a run that lacks it.
  textOf(run, name) {
    return this.#differences.columns.get(name)?.get(run) ?? "–";
  }

  // What tells a run from the other selected ones, as `lr 1e-3 · adam`; empty if nothing does.
  describe(run) {
    const { columns } = this.#differences;
    const short = shortenNames([...columns.keys()]);
    return [...columns].flatMap(([name, texts]) => (texts.has(run) ? `${short.get(name)} ${texts.get(run)}` : [])).join(" · ");
  }

  // [{key, label, color, runs, numFinished, numFailed}] in the order of their values; null if there is no grouping.
  get groups() {
    return this.#session.view.get("group") ? (this.#grouping?.groups ?? null) : null;
  }

  // What the colours say: {kind: "run" | "group" | "ramp" | "values" | "pending", …}; a ramp has name, low, high and
  // isLog, values are [{label, color}].
  get coloring() {
    const { kind, by } = this.#wish();
    if (kind === "run") return { kind };
    if (kind === "group") return this.groups ? { kind } : this.#ungrouped();
    return this.#coloring?.by === by ? this.#coloring.legend : { kind: "pending" };
  }

  // How `paint` is to colour the runs.
  get scheme() {
    const { kind, by } = this.#wish();
    if (kind === "run") return { kind };
    if (kind === "group") return this.groups ? { kind: "slots", slotOf: this.#grouping.slotOf } : this.#ungrouped();
    return this.#coloring?.by === by ? this.#coloring.scheme : { kind: "pending" };
  }

  // Colours while there are no groups: those of runs where there will be none, as for a link from another logdir.
  #ungrouped() {
    return { kind: this.problem ? "run" : "pending" };
  }

  // The key of the group of a run; null without one.
  groupOf(run) {
    return this.groups ? (this.#grouping.keyOf.get(run) ?? null) : null;
  }

  // What is to colour the runs: {kind: "run" | "group" | "hparam", by: its name, "" for the one that varies most}.
  #wish() {
    const { view, selected } = this.#session;
    const color = view.get("color");
    if (color === "run") return { kind: "run" };
    if (view.get("group") && (color === null || color === "group")) return { kind: "group" };
    if (color !== null && color !== "group") return { kind: "hparam", by: color };
    return selected.size > MAX_BY_RUN ? { kind: "hparam", by: "" } : { kind: "run" };
  }

  #follow(areOtherRuns) {
    const { view, selected, listed } = this.#session;
    this.#listed = listed;
    if (areOtherRuns) this.#numChanges += 1;
    const group = view.get("group");
    const wish = this.#wish();
    this.#grouped.want(group && { key: JSON.stringify([group, listed]), value: group });
    this.#compared.want(selected.size > 0 ? { key: this.#numChanges } : null);
    this.#colored.want(wish.kind === "hparam" && selected.size > 0 ? { key: JSON.stringify([wish.by, this.#numChanges]), by: wish.by } : null);
    if (selected.size === 0) this.#differences = NOTHING;
    if (!group) this.problem = null;
  }

  async #askGroups({ value }) {
    try {
      return await this.#post("data/runs/groups", value);
    } catch (error) {
      if (error.status === 422) return { problem: error.message };
      throw error;
    }
  }

  #takeGroups({ problem = null, groups = [] }, { value }) {
    this.problem = problem;
    if (!problem) this.#grouping = { value, ...makeGroups(groups, this.#session.runs) };
    this.#found();
  }

  async #askDifferences() {
    return this.#ofSelection("data/runs/differences", { num_columns: MAX_COLUMNS });
  }

  #takeDifferences({ answer, runs }) {
    this.#differences = {
      differing: answer.differing.map(({ name }) => name),
      columns: new Map(answer.columns.map((column) => [column.name, textsOf(column, runs)])),
    };
    this.#found();
  }

  async #askColors({ by }) {
    try {
      const { answer, runs } = await this.#ofSelection("data/runs/ramp", { by: by || null });
      const isRamp = answer.name !== "" && answer.positions.some((position) => position !== null);
      if (isRamp) return { answer, runs };
      return { groups: by ? (await this.#post("data/runs/groups", { by: [by] })).groups : null };
    } catch (error) {
      if (error.status === 422) return { groups: null }; // no fact has this name, or it has too many values
      throw error;
    }
  }

  #takeColors({ answer, runs, groups }, { by }) {
    this.#coloring = { by, ...(answer ? makeRamp(answer, runs) : groups ? makeValues(groups, by, this.#session.runs) : BY_RUN) };
    this.#found();
  }

  // An answer about the selected runs, and their names in its order.
  async #ofSelection(path, body, isRetry = false) {
    const { key: selection, runs } = await this.#session.selectionKey();
    try {
      return { answer: await this.#post(path, { selection, ...body }), runs };
    } catch (error) {
      if (error.status !== 404 || isRetry) throw error;
      this.#session.forgetSelectionKey();
      return this.#ofSelection(path, body, true);
    }
  }

  // One that a lost connection never answers is asked again on the next.
  #post(path, body) {
    return this.#session.postJSON(path, body, whileConnected());
  }
}

const BY_RUN = { scheme: { kind: "run" }, legend: { kind: "run" } };

function makeRamp({ name, low, high, is_log: isLog, positions }, runs) {
  const legend = { kind: "ramp", name, low, high, isLog };
  return { scheme: { kind: "ramp", positions: new Map(runs.map((run, i) => [run, positions[i]])) }, legend };
}

function makeValues(found, name, runs) {
  const { groups, slotOf } = makeGroups(found, runs);
  return { scheme: { kind: "slots", slotOf }, legend: { kind: "values", name, values: groups.map(({ slot, key, value }) => ({ key, slot, label: value })) } };
}

// The groups of an answer, with slots by the age of their oldest run: a run or a group that is added changes no other's.
// runs: all of them, the newest first.
function makeGroups(found, runs) {
  const place = new Map(runs.map(({ name }, i) => [name, i]));
  const oldest = found.map((group) => group.runs.reduce((last, run) => Math.max(last, place.get(run) ?? -1), -1));
  const order = found.map((_, i) => i).sort((a, b) => oldest[b] - oldest[a]);
  const slots = new Map(order.map((group, slot) => [group, slot]));
  const groups = found.map((group, i) => makeGroup(group, slots.get(i)));
  const pairs = (valueOf) => new Map(groups.flatMap((group) => group.runs.map((run) => [run, valueOf(group)])));
  return { groups, slotOf: pairs(({ slot }) => slot), keyOf: pairs(({ key }) => key) };
}

function makeGroup({ key, states, runs }, slot) {
  const short = shortenNames(key.map(({ name }) => name));
  return {
    key: JSON.stringify(key.map(({ value, is_missing: isMissing }) => (isMissing ? null : [value]))),
    label: key.map((one) => labelOf(one, short.get(one.name))).join(" · "),
    value: key.map(({ value, is_missing: isMissing }) => (isMissing ? "none" : formatHparam(value))).join(" · "),
    slot,
    get color() {
      return slotColor(slot);
    },
    runs,
    numFinished: states.finished ?? 0,
    numFailed: states.failed ?? 0,
  };
}

function labelOf({ value, is_missing: isMissing }, name) {
  if (isMissing) return name ? `no ${name}` : "no match";
  return typeof value === "string" ? value : `${name} ${formatHparam(value)}`;
}

// run → text; a run that lacks it is not in it
function textsOf({ numbers, values, codes }, runs) {
  const texts = numbers?.map((number) => (number === null ? null : formatHparam(number))) ?? codes.map((code) => (code < 0 ? null : formatHparam(values[code])));
  return new Map(runs.flatMap((run, i) => (texts[i] === null ? [] : [[run, texts[i]]])));
}

// The ends of dotted names that tell them apart: name → `lr` of `optimizer.lr`.
export function shortenNames(names) {
  const end = (name, count) => name.split(".").slice(-count).join(".");
  const shorten = (name, count = 1) => (end(name, count) !== name && names.some((other) => other !== name && end(other, count) === end(name, count)) ? shorten(name, count + 1) : end(name, count));
  return new Map(names.map((name) => [name, shorten(name)]));
}
