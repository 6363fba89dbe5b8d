// The drawing itself: plain SVG, moved and zoomed without React. Tells its owner what was clicked.

import { boxDomId, drawBox, drawRing, fillBox, lookOf } from "./boxes.js";
import { paintEdge, paintLabel } from "./edges.js";
import { Gestures } from "./gestures.js";
import { arrange, Pool } from "./pool.js";
import { svg } from "./svg.js";
import { fittedView, isClose, openingView, revealing, zoomLevel, zoomedAt, zoomedTo, viewAt } from "./viewport.js";

const MOVE_MS = 160;
const KEY_ZOOM_MS = 120;
const MAX_ANIMATED = 150;

export class GraphCanvas {
  // host: an element to draw into; events: {select(id, isSecond), toggle(id), pick(id, place), hover(target), view(view, size)}
  constructor(host, events) {
    this.host = host;
    this.events = events;
    this.drawing = null;
    this.view = { k: 1, x: 0, y: 0 };
    this.size = { width: host.clientWidth, height: host.clientHeight };
    this.selected = "";
    this.isMoved = false; // by the person
    this.held = ""; // id of the box to hold in its place when the drawing changes
    this.pool = new Pool();
    this.inset = 0; // px at the top that something else covers
    this.layers = Object.fromEntries(["groups", "edges", "boxes", "labels"].map((name) => [name, svg("g", { class: `graph-${name}` })]));
    this.scene = svg("g", { class: "graph-scene" }, Object.values(this.layers));
    this.svg = svg("svg", { class: "graph-svg", role: "tree", "aria-label": "Graph", tabindex: 0 }, [this.scene]);
    host.prepend(this.svg);
    this.gestures = new Gestures(this.svg, {
      pan: (dx, dy) => this.moveTo({ ...this.view, x: this.view.x + dx, y: this.view.y + dy }),
      zoom: (factor, x, y) => this.moveTo(zoomedAt(this.view, factor, x, y)),
      select: (target, event) => events.select(idOf(target), event.shiftKey),
      toggle: (target) => events.toggle(idOf(target)),
      pick: (target) => events.pick(idOf(target), Number(target.closest(".graph-cell").dataset.place)),
      hover: (target, event) => events.hover(this.#hovered(target), event),
    });
    this.observer = new ResizeObserver(() => this.#resize());
    this.observer.observe(host);
  }

  destroy() {
    this.observer.disconnect();
    this.gestures.destroy();
    this.svg.remove();
  }

  // isFresh: another graph than before, so the viewpoint starts anew, at a place if one is given; coloring: of colors.js.
  show(drawing, { isFresh, coloring, place = null }) {
    const before = this.drawing && !isFresh ? new Map(this.drawing.boxes.map((box) => [box.id, box])) : null;
    this.drawing = drawing;
    this.coloring = coloring;
    this.boxes = new Map(drawing.boxes.map((box) => [box.id, box]));
    this.#paint();
    if (isFresh) {
      this.isMoved = Boolean(place);
      this.setView(place ? viewAt(place, this.size) : openingView(drawing, this.size, this.inset));
    } else this.#hold(before);
    if (before) this.#animate(before);
    this.select(this.selected);
  }

  // The box that was opened or closed stays under the pointer: where it moves in the drawing, the view moves along.
  #hold(before) {
    const [old, now] = [before?.get(this.held), this.boxes.get(this.held)];
    const { k, x, y } = this.view;
    this.shift = old && now ? { x: old.spine - now.spine, y: old.y - now.y } : { x: 0, y: 0 };
    this.held = "";
    this.setView({ k, x: x + this.shift.x * k, y: y + this.shift.y * k });
  }

  #paint() {
    const { drawing, layers, pool } = this;
    const targets = targetsOf(drawing);
    const painted = new Map(drawing.boxes.map((box) => [box.id, this.#paintBox(box, targets.get(box.id))]));
    const held = (isGroup) => drawing.boxes.filter((box) => (box.kind === "group") === isGroup).map((box) => painted.get(box.id));
    arrange(layers.groups, held(true));
    arrange(layers.boxes, held(false));
    arrange(layers.edges, drawing.edges.map((edge, i) => paintEdge(edge, i, pool)));
    arrange(layers.labels, drawing.edges.flatMap((edge, i) => (edge.label ? [paintLabel(edge, i, pool)] : [])));
    pool.turn();
  }

  #paintBox(box, targets) {
    const { totals } = this.drawing;
    const element = this.pool.take(lookOf(box, totals, this.coloring, targets), () => drawBox(box, totals, this.coloring, targets));
    element.style.transform = `translate(${box.x}px, ${box.y}px)`;
    element.dataset.level = box.level % 2 ? "odd" : "even";
    return element;
  }

  // Colours the boxes that are there anew; what marks them stays.
  color(coloring) {
    if (coloring === this.coloring) return;
    this.coloring = coloring;
    this.pool.clear();
    for (const box of this.drawing.boxes) fillBox(this.elementOf(box.id), box, this.drawing.totals, coloring);
    this.select(this.selected);
  }

  repaint() {
    if (!this.drawing) return;
    this.pool.clear();
    this.#paint();
    this.select(this.selected);
  }

  // Boxes glide from where they were, new ones and all edges fade in.
  #animate(before) {
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches || this.drawing.boxes.length > MAX_ANIMATED;
    if (isStill) return;
    const { shift } = this;
    const options = { duration: MOVE_MS, easing: "cubic-bezier(.2, .7, .2, 1)" };
    for (const box of this.drawing.boxes) {
      const [old, element] = [before.get(box.id), this.elementOf(box.id)];
      if (!old || (old.kind === "group") !== (box.kind === "group")) element.animate([{ opacity: 0 }, { opacity: 1 }], options);
      else if (old.x - shift.x !== box.x || old.y - shift.y !== box.y) {
        element.animate([{ x: old.x - shift.x, y: old.y - shift.y }, box].map(({ x, y }) => ({ transform: `translate(${x}px, ${y}px)` })), options);
      }
    }
    for (const layer of [this.layers.edges, this.layers.labels]) {
      layer.animate([{ opacity: 0 }, { opacity: 0, offset: 0.7 }, { opacity: 1 }], { ...options, duration: MOVE_MS * 1.5 });
    }
  }

  elementOf(id) {
    return this.svg.querySelector(`#${CSS.escape(boxDomId(id))}`);
  }

  setView(view) {
    this.view = view;
    this.scene.setAttribute("transform", `translate(${view.x.toFixed(2)} ${view.y.toFixed(2)}) scale(${view.k.toFixed(4)})`);
    this.svg.dataset.zoom = zoomLevel(view.k);
    this.svg.toggleAttribute("data-close", isClose(view.k));
    this.svg.style.setProperty("--zoom", view.k);
    this.host.style.backgroundPosition = `${view.x}px ${view.y}px`;
    this.events.view(view, this.size);
  }

  // Shows what a person moved to, which the link of the view then carries.
  moveTo(view) {
    this.isMoved = true;
    this.setView(view);
  }

  // Glides to a view that a key or a button asked for.
  glideTo(view) {
    this.moveTo(view);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    this.scene.classList.add("is-gliding");
    setTimeout(() => this.scene.classList.remove("is-gliding"), KEY_ZOOM_MS + 40);
  }

  zoomBy(factor) {
    this.glideTo(zoomedAt(this.view, factor, this.size.width / 2, this.size.height / 2));
  }

  fit() {
    if (this.drawing) this.glideTo(fittedView(this.drawing, this.size, this.inset));
  }

  focus() {
    this.svg.focus({ preventScroll: true });
  }

  zoomTo(id) {
    const box = this.boxes?.get(id);
    if (box) this.glideTo(zoomedTo(box, this.size));
  }

  reveal(id) {
    const box = this.boxes?.get(id);
    if (!box) return;
    const view = revealing(this.view, box, this.size);
    if (view !== this.view) this.glideTo(view);
  }

  select(id) {
    this.selected = id;
    this.svg.querySelector(".graph-ring")?.remove();
    this.#mark("is-selected", new Set([id]));
    for (const element of this.svg.querySelectorAll('[aria-selected="true"]')) element.removeAttribute("aria-selected");
    const box = this.boxes?.get(id);
    if (box) {
      const element = this.elementOf(id);
      element.prepend(drawRing(box));
      element.setAttribute("aria-selected", true);
    }
    this.svg.setAttribute("aria-activedescendant", box ? boxDomId(id) : "");
    for (const part of this.svg.querySelectorAll("[data-edge]")) {
      const edge = this.drawing.edges[part.dataset.edge];
      part.classList.toggle("is-lit", Boolean(id) && (edge.source === id || edge.target === id));
    }
  }

  light(id) {
    this.#mark("is-lit", new Set([id]));
  }

  // Dims all but some boxes with what holds them, and some edges; null dims nothing. lit: {boxes: Set of ids, edges: Set of indices}
  spotlight(lit) {
    const held = new Set(lit?.boxes ?? []);
    for (const id of lit?.boxes ?? []) {
      for (let at = this.boxes.get(id)?.parent; at; at = this.boxes.get(at)?.parent) held.add(at);
    }
    for (const element of this.svg.querySelectorAll(".graph-box")) element.classList.toggle("is-dim", Boolean(lit) && !held.has(element.dataset.id));
    for (const element of this.svg.querySelectorAll("[data-edge]")) element.classList.toggle("is-dim", Boolean(lit) && !lit.edges.has(Number(element.dataset.edge)));
  }

  #mark(name, ids) {
    for (const element of this.svg.querySelectorAll(".graph-box")) element.classList.toggle(name, ids.has(element.dataset.id));
  }

  #hovered(target) {
    const id = idOf(target);
    if (id) return { box: this.boxes.get(id), element: this.elementOf(id) };
    const edge = target?.closest?.("[data-edge]");
    return edge ? { edge: this.drawing.edges[edge.dataset.edge], element: edge } : null;
  }

  // The spine keeps its distance from the middle.
  #resize() {
    const before = this.size;
    this.size = { width: this.host.clientWidth, height: this.host.clientHeight };
    if (!this.drawing) return;
    if (before.width === 0) this.setView(openingView(this.drawing, this.size, this.inset));
    else this.setView({ ...this.view, x: this.view.x + (this.size.width - before.width) / 2 });
  }
}

function idOf(target) {
  return target?.closest?.(".graph-box")?.dataset.id ?? "";
}

// Names of the boxes that each box leads to, by its id.
function targetsOf({ boxes, edges }) {
  const names = new Map(boxes.map((box) => [box.id, box.name]));
  const found = new Map();
  for (const { source, target } of edges) {
    if (!names.has(target) || target === source) continue;
    const known = found.get(source) ?? [];
    if (!known.includes(names.get(target))) found.set(source, [...known, names.get(target)]);
  }
  return found;
}
