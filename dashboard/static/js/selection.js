// Which runs are selected. In the view stands the rule and its exceptions, not the list: all runs without `except` and
// with `also` (older than the newest), or `only` some.

const MAX_AT_FIRST = 300;

export class Selection {
  #view;
  #base = new Set(); // what "all" stands for: the newest at first open, and every run that came later
  #known = null; // names at first open; null while the server still reads

  constructor(view) {
    this.#view = view;
    this.names = new Set();
  }

  // Applies the rule to the runs there are, newest first. → {isChanged, isMore: a run was added}
  apply(runs, isReading) {
    this.#extendBase(runs, isReading);
    const existing = new Set(runs.map((run) => run.name));
    const before = this.names;
    this.names = new Set(this.#wanted().filter((name) => existing.has(name)));
    const isMore = [...this.names].some((name) => !before.has(name));
    return { isChanged: isMore || this.names.size !== before.size, isMore };
  }

  #wanted() {
    const only = this.#view.get("only");
    if (only) return only;
    const excluded = new Set(this.#view.get("except"));
    return [...this.#base, ...this.#view.get("also")].filter((name) => !excluded.has(name));
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

  // Selects runs or takes them off. What the rule says already is no exception.
  setMany(names, isSelected) {
    const put = (list, isIn, some = names) => {
      const set = new Set(list);
      for (const name of some) set[isIn ? "add" : "delete"](name);
      return [...set];
    };
    const only = this.#view.get("only");
    if (only) return this.#change({ only: put(only, isSelected) });
    const inBase = names.filter((name) => this.#base.has(name));
    const others = names.filter((name) => !this.#base.has(name));
    return this.#change({
      except: isSelected ? put(this.#view.get("except"), false) : put(this.#view.get("except"), true, inBase),
      also: put(this.#view.get("also"), isSelected, isSelected ? others : names),
    });
  }

  only(name) {
    this.onlyMany([name]);
  }

  onlyMany(names) {
    this.#change({ only: names, except: [], also: [] });
  }

  all() {
    this.#change({ only: null, except: [], also: [] });
  }

  none() {
    this.#change({ only: [], except: [], also: [] });
  }

  #change(values) {
    this.#view.set(values, { label: "selection of runs" });
  }
}
