// The key under which the server knows the selected runs: asked for once a selection.

export class SelectionKey {
  #post;
  #asked = null; // promise of {key, runs}
  #told = null; // {key, runs}, which the server told unasked

  // post(body) → promise of an answer of data/selections
  constructor(post) {
    this.#post = post;
  }

  // The server knows some runs, in this order, by a key.
  learn(key, runs) {
    this.#told = { key, runs };
  }

  // → promise of {key, runs: their names in the order that the server has}
  of(selectedRuns) {
    if (!this.#asked) {
      const runs = selectedRuns.map((run) => run.name);
      const asked = isSame(runs, this.#told?.runs) ? Promise.resolve(this.#told) : this.#post({ runs }).then(({ key }) => ({ key, runs }));
      asked.catch(() => this.#asked === asked && this.forget());
      this.#asked = asked;
    }
    return this.#asked;
  }

  // The same of some runs, by their names; it is not kept. One order, so that the same runs have one key.
  async ofSome(names) {
    const runs = [...names].sort();
    const { key } = await this.#post({ runs });
    return { key, runs };
  }

  forget() {
    this.#asked = this.#told = null;
  }
}

function isSame(runs, others) {
  return runs.length === others?.length && runs.every((name, i) => name === others[i]);
}
