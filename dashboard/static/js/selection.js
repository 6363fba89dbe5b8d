// Which runs are selected. In the URL stands the rule and its exceptions, not the list: `v=1&runs=all&except=NAME`.

const MAX_AT_FIRST = 300;
const VERSION = "1";

export class Selection {
  constructor() {
    const params = new URLSearchParams(location.search);
    const isKnown = params.get("v") === VERSION;
    this.rule = isKnown && params.get("runs") === "none" ? "none" : "all";
    this.exceptions = new Set(isKnown ? params.getAll("except") : []);
    this.names = new Set();
  }

  // Applies the rule to the runs there are; says whether the selection changed.
  apply(runs) {
    const candidates = this.rule === "all" ? runs.slice(0, MAX_AT_FIRST) : [];
    const names = new Set(candidates.map((run) => run.name));
    const known = new Set(runs.map((run) => run.name));
    for (const name of this.exceptions) {
      if (!known.has(name)) continue;
      if (names.has(name)) names.delete(name);
      else names.add(name);
    }
    const isSame = names.size === this.names.size && [...names].every((name) => this.names.has(name));
    this.names = names;
    return !isSame;
  }

  toggle(name) {
    if (this.exceptions.has(name)) this.exceptions.delete(name);
    else this.exceptions.add(name);
    this.#toURL();
  }

  only(name) {
    this.rule = "none";
    this.exceptions = new Set([name]);
    this.#toURL();
  }

  set(name, isSelected) {
    if (this.names.has(name) !== isSelected) this.toggle(name);
  }

  all() {
    this.rule = "all";
    this.exceptions.clear();
    this.#toURL();
  }

  none() {
    this.rule = "none";
    this.exceptions.clear();
    this.#toURL();
  }

  #toURL() {
    const url = new URL(location.href);
    for (const name of ["v", "runs", "except"]) url.searchParams.delete(name);
    if (this.rule !== "all" || this.exceptions.size > 0) {
      url.searchParams.set("v", VERSION);
      url.searchParams.set("runs", this.rule);
      for (const name of this.exceptions) url.searchParams.append("except", name);
    }
    history.replaceState(history.state, "", url);
  }
}
