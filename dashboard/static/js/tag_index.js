// Which runs have which tags, kind by kind, asked for when it is wanted and newer than what is known.

export class TagIndex {
  #ask;
  #known = new Map(); // kind → {version, tags}
  #asked = new Map(); // kind → {version: what is known will be at least as new, tags: promise}

  // ask(kind) → promise of an answer of data/tags
  constructor(ask) {
    this.#ask = ask;
  }

  // A Map from tag to a Set of names of runs, at least as new as `version`; null if it has to be asked for.
  known(kind, version) {
    const known = this.#known.get(kind);
    return known && known.version >= version ? known.tags : null;
  }

  // The same, asked for if need be.
  async ofKind(kind, version) {
    const known = this.known(kind, version);
    if (known) return known;
    const asked = this.#asked.get(kind);
    if (asked && asked.version >= version) return asked.tags;
    const tags = this.#read(kind);
    const reading = { version, tags };
    this.#asked.set(kind, reading);
    const end = () => this.#asked.get(kind) === reading && this.#asked.delete(kind);
    tags.then(end, end);
    return tags;
  }

  async #read(kind) {
    const answer = await this.#ask(kind);
    const tags = new Map(Object.entries(answer.tags).map(([tag, runs]) => [tag, new Set(runs.map((i) => answer.runs[i]))]));
    this.#known.set(kind, { version: answer.version, tags });
    return tags;
  }

  // Versions of another server have nothing to do with those that are known.
  forget() {
    this.#known.clear();
    this.#asked.clear();
  }
}
