// Which runs are selected. In the URL stands the rule and its exceptions, not the list: `v=1&runs=all&except=NAME`,
// or `v=1&runs=none&with=NAME`.

const MAX_AT_FIRST = 300;
const MAX_IN_URL = 100; // more exceptions would make a link that nobody can send
const VERSION = "1";

export class Selection {
  #base = new Set(); // what the rule `all` stands for: the newest at first open, and every run that came later
  #known = null; // names at first open; null while the server still reads

  constructor() {
    this.names = new Set();
    this.readURL();
  }

  readURL() {
    const params = new URLSearchParams(location.search);
    const isKnown = params.get("v") === VERSION;
    this.rule = isKnown && params.get("runs") === "none" ? "none" : "all";
    this.included = new Set(isKnown ? params.getAll("with") : []);
    this.excluded = new Set(isKnown ? params.getAll("except") : []);
  }

  // Applies the rule to the runs there are, newest first. → {isChanged, isMore: a run was added}
  apply(runs, isReading) {
    this.#extendBase(runs, isReading);
    const existing = new Set(runs.map((run) => run.name));
    const names = new Set(this.rule === "all" ? this.#base : []);
    for (const name of this.included) names.add(name);
    for (const name of this.excluded) names.delete(name);
    for (const name of names) if (!existing.has(name)) names.delete(name);
    const before = this.names;
    this.names = names;
    const isMore = [...names].some((name) => !before.has(name));
    return { isChanged: isMore || names.size !== before.size, isMore };
  }

  #extendBase(runs, isReading) {
    if (this.#known) {
      for (const { name } of runs) {
        if (this.#known.has(name)) continue;
        this.#known.add(name);
        this.#base.add(name);
      }
      return;
    }
    this.#base = new Set(runs.slice(0, MAX_AT_FIRST).map((run) => run.name));
    if (!isReading) this.#known = new Set(runs.map((run) => run.name));
  }

  toggle(name) {
    this.setMany([name], !this.names.has(name));
  }

  // Selects runs or takes them off, and writes the URL once.
  setMany(names, isSelected) {
    const [to, from] = isSelected ? [this.included, this.excluded] : [this.excluded, this.included];
    for (const name of names) {
      from.delete(name);
      to.add(name);
    }
    this.#tidy();
    this.#writeURL();
  }

  // What the rule says already is no exception.
  #tidy() {
    if (this.rule === "none") this.excluded.clear();
    else for (const name of this.included) if (this.#base.has(name)) this.included.delete(name);
  }

  only(name) {
    this.#setRule("none", [name]);
  }

  all() {
    this.#setRule("all", []);
  }

  none() {
    this.#setRule("none", []);
  }

  #setRule(rule, included) {
    this.rule = rule;
    this.included = new Set(included);
    this.excluded.clear();
    this.#writeURL();
  }

  #writeURL() {
    const url = new URL(location.href);
    for (const name of ["v", "runs", "except", "with"]) url.searchParams.delete(name);
    const numExceptions = this.included.size + this.excluded.size;
    if ((this.rule !== "all" || numExceptions > 0) && numExceptions <= MAX_IN_URL) {
      url.searchParams.set("v", VERSION);
      url.searchParams.set("runs", this.rule);
      for (const name of this.excluded) url.searchParams.append("except", name);
      for (const name of this.included) url.searchParams.append("with", name);
    }
    history.replaceState(history.state, "", url);
  }
}
