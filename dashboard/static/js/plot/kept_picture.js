// What is behind the lines of a plot while they change in front of it: the raw lines while a slider smooths them. Its pixels
// are kept, and drawn anew only when they would be others.

import * as raster from "./raster.js";

export class KeptPicture {
  #key = [];
  #picture = null;

  // Puts it into the picture that was begun: what was kept under an equal key, else what `draw` draws.
  // key: all that tells what it looks like, each part compared by itself
  put(key, draw) {
    const isKept = this.#picture && key.length === this.#key.length && key.every((part, i) => Object.is(part, this.#key[i]));
    if (isKept) return raster.restore(this.#picture);
    draw();
    this.#picture = raster.keep();
    this.#key = key;
  }

  forget() {
    this.#key = [];
    this.#picture = null;
  }
}
