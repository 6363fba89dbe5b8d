// Fetches what the cards in view need: one request for all that are new, one for all that changed.

export class Loader {
  #kind;
  #session;
  #shown = new Map(); // tag → {handle, width}
  #versions = new Map(); // tag → version of the data that its card holds
  #options = {};
  #abort = new AbortController();
  #isRunning = false;
  #isDue = false;
  #offs;

  constructor(kind, session) {
    this.#kind = kind;
    this.#session = session;
    this.kind = kind;
    this.#offs = [
      session.on("news", ({ changed }) => changed.some((run) => session.selected.has(run)) && this.schedule()),
      session.on("selection", () => this.reload()),
      session.on("range", () => this.reload()),
    ];
  }

  get options() {
    return this.#options;
  }

  close() {
    this.#offs.forEach((off) => off());
    this.#abort.abort();
    this.#shown.clear();
  }

  setOptions(options) {
    this.#options = options;
    for (const { handle } of this.#shown.values()) handle.setOptions?.(options);
    this.reload();
  }

  // A card came into view, or its width changed.
  show(tag, handle, width) {
    const before = this.#shown.get(tag);
    this.#shown.set(tag, { handle, width });
    if (before?.handle !== handle || before.width !== width) this.#versions.delete(tag);
    this.schedule();
  }

  hide(tag) {
    this.#shown.delete(tag);
  }

  forget(tag) {
    this.#shown.delete(tag);
    this.#versions.delete(tag);
  }

  // What every card holds is for another selection, range or axis: fetch all of it again.
  reload() {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#versions.clear();
    this.schedule();
  }

  schedule() {
    this.#isDue = true;
    if (!this.#isRunning) queueMicrotask(() => this.#run());
  }

  async #run() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#isDue) {
      this.#isDue = false;
      await new Promise((resolve) => requestAnimationFrame(resolve)); // cards of one frame ask together
      await Promise.all(this.#batches().map((batch) => this.#load(batch)));
    }
    this.#isRunning = false;
  }

  // Cards of one width that hold nothing yet, and those that hold an older version.
  #batches() {
    const batches = new Map();
    for (const [tag, { width }] of this.#shown) {
      const since = this.#versions.get(tag) ?? 0;
      const id = `${width} ${since > 0}`;
      const batch = batches.get(id) ?? { width, tags: [], since: Infinity };
      batch.tags.push(tag);
      batch.since = Math.min(batch.since, since);
      batches.set(id, batch);
    }
    return [...batches.values()];
  }

  async #load({ tags, width, since }, isRetry = false) {
    const { signal } = this.#abort;
    const context = { since, width, signal, session: this.#session, options: this.#options };
    try {
      const selection = await this.#session.selectionKey();
      const answer = await this.#kind.load(tags, { ...context, selection: selection.key, runs: selection.runs });
      if (signal.aborted) return;
      for (const tag of tags) this.#deliver(tag, answer, since);
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 404 && !isRetry) {
        this.#session.forgetSelectionKey();
        await this.#load({ tags, width, since }, true);
        return;
      }
      for (const tag of tags) this.#shown.get(tag)?.handle.fail?.(error);
    }
  }

  #deliver(tag, { version, cards }, since) {
    const card = this.#shown.get(tag);
    if (!card) return;
    this.#versions.set(tag, version);
    const data = cards.get(tag);
    if (data || since === 0) card.handle.update(data, { isPartial: since > 0 });
  }
}
