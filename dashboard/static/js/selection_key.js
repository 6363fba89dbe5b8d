// The key under which the server knows the selected runs: asked for once a selection.

export class SelectionKey {
  #post;
  #asked = null; // promise of {key, runs}

  // post(body) → promise of an answer of data/selections
  constructor(post) {
    this.#post = post;
  }

  // → promise of {key, runs: their names in the order that the server has}
  of(selectedRuns) {
    if (!this.#asked) {
      const runs = selectedRuns.map((run) => run.name);
      const asked = this.#post({ runs }).then(({ key }) => ({ key, runs }));
      asked.catch(() => this.#asked === asked && this.forget());
      this.#asked = asked;
    }
    return this.#asked;
  }

  forget() {
    this.#asked = null;
  }
}
