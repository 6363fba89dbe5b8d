// Elements that stay when a drawing changes: what looks as it did is moved, not drawn again.

export class Pool {
  #known = new Map(); // look → elements of the drawing on show
  #taken = new Map();

  // The element of such a look that is there, else a new one. look: a text that tells all that `draw` depends on
  take(look, draw) {
    const element = this.#known.get(look)?.pop() ?? draw();
    if (!this.#taken.has(look)) this.#taken.set(look, []);
    this.#taken.get(look).push(element);
    return element;
  }

  // The drawing has all its elements: what was not taken for it is gone.
  turn() {
    [this.#known, this.#taken] = [this.#taken, new Map()];
  }

  // The same drawing looks otherwise: nothing stays.
  clear() {
    this.#known.clear();
  }
}

// Puts elements into a layer in their order, without touching those that are there and keep it.
export function arrange(layer, elements) {
  const wanted = new Set(elements);
  for (const child of [...layer.children]) if (!wanted.has(child)) child.remove();
  let at = layer.firstChild;
  for (const element of elements) {
    if (element === at) at = at.nextSibling;
    else layer.insertBefore(element, at);
  }
}

export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}
