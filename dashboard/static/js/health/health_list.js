// The answers of data/health: one list of files, fetched in blocks as they come into sight.

export const BLOCK = 200; // files of one request
const REFRESH_MS = 2_000;

export class HealthList {
  #session;
  #redraw;
  #params = {};
  #blocks = new Map(); // number → files, or null while they are asked for
  #wanted = new Set([0]); // numbers of the blocks in sight
  #abort = new AbortController();
  #timer = null;

  constructor(session, redraw) {
    this.#session = session;
    this.#redraw = redraw;
    this.head = null; // all of the newest answer but the files
    this.error = null;
  }

  get numFiles() {
    return this.head?.num_files ?? 0;
  }

  // A file by its place; null if it is not known yet.
  fileAt(index) {
    return this.#blocks.get(Math.floor(index / BLOCK))?.[index % BLOCK] ?? null;
  }

  setParams(params) {
    this.#params = params;
    this.#restart();
    this.#load(0);
  }

  // Files from `first` to before `last` are in sight.
  show(first, last) {
    this.#wanted = new Set([0]);
    for (let block = Math.floor(first / BLOCK); block * BLOCK < last; block += 1) this.#wanted.add(block);
    for (const block of this.#wanted) if (!this.#blocks.has(block)) this.#load(block);
  }

  refreshSoon() {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#restart();
      for (const block of this.#wanted) this.#load(block);
    }, REFRESH_MS);
  }

  // What `board inspect` prints of the same files.
  async getText() {
    return this.#session.getText("data/health", { ...this.#params, format: "text" });
  }

  close() {
    clearTimeout(this.#timer);
    this.#abort.abort();
  }

  // Old blocks stay until new ones come; those out of sight are asked for again when they are scrolled to.
  #restart() {
    this.#abort.abort();
    this.#abort = new AbortController();
    for (const block of this.#blocks.keys()) if (!this.#wanted.has(block)) this.#blocks.delete(block);
  }

  async #load(block) {
    const { signal } = this.#abort;
    if (!this.#blocks.has(block)) this.#blocks.set(block, null);
    try {
      const { files, ...head } = await this.#session.getJSON("data/health", { ...this.#params, offset: block * BLOCK, limit: BLOCK }, signal);
      if (signal.aborted) return;
      this.#blocks.set(block, files);
      this.head = head;
      this.error = null;
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
      if (this.#blocks.get(block) === null) this.#blocks.delete(block);
    }
    this.#redraw();
  }
}
