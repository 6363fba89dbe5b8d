// When points were heard of last, and how many are held back.

export class Arrivals {
  #known = new Map(); // run → its state as last heard, as in the news
  #heardAt = null; // by the clock that never jumps, in milliseconds
  numHeld = 0; // points that were heard of and not delivered

  // runs: name → its news; listed(name): the run as it was listed, for those of which nothing was heard yet.
  hear(runs, listed) {
    for (const [name, [, wallTime, numPoints]] of Object.entries(runs)) {
      const before = this.#known.get(name) ?? describe(listed(name));
      this.#known.set(name, { wallTime, numPoints });
      if (numPoints > before.numPoints) this.numHeld += numPoints - before.numPoints;
      if (numPoints !== before.numPoints || wallTime !== before.wallTime) this.#heardAt = performance.now();
    }
  }

  deliver() {
    this.numHeld = 0;
  }

  // The runs are another server's now.
  forget() {
    this.#known.clear();
    this.numHeld = 0;
  }

  // Seconds since the newest point: since it was heard of, or by the runs' wall times if that was before the page.
  age(runs, now) {
    if (this.#heardAt !== null) return (performance.now() - this.#heardAt) / 1000;
    let newest = -Infinity;
    for (const run of runs) newest = Math.max(newest, run.last_wall_time ?? -Infinity);
    return Math.max(0, now - newest);
  }
}

function describe(run) {
  return { wallTime: run?.last_wall_time ?? null, numPoints: run?.num_points ?? 0 };
}
