// The canvas with what floats over it: zoom buttons, minimap, legend, notes, tooltip.

import { h, useCallback, useEffect, useLayoutEffect, useRef, useState } from "../react.js";
import { GraphCanvas } from "./canvas.js";
import { Legend } from "./legend.js";
import { Minimap } from "./minimap.js";
import { takesFocus } from "./step/view_switch.js";
import { onFontsLoaded } from "./text.js";
import { Tooltip } from "./tooltip.js";
import { isCornerTaken, placeOf, viewAt } from "./viewport.js";
import { ZoomButtons } from "./zoom_buttons.js";

const NARROW_PX = 680;
const PLACE_MS = 400;
const LEGEND_PX = { width: 206, height: 200 }; // with the gap to the edges
const BAR_PX = 44; // that the bar over the drawing takes at its top

// canvas: a ref that gets the GraphCanvas; chip: a bar over the drawing, or null;
// coloring, live: of use_coloring.js; at: {k, x, y} that a link asks for, or null; on: {move(at), select(id, isSecond), toggle(id), pick(id, place), hover(item), key(event)}
export function Stage({ drawing, run, coloring, live, selected, lit, spotlight, theme, canvas, chip, at, on }) {
  const host = useRef(null);
  const shownRun = useRef(null);
  const place = useRef(null); // {view, size}; moves with every frame, so React is told of the size only
  const minimap = useRef(null); // shows a place
  const [size, setSize] = useState(null);
  const [isCrowded, setCrowded] = useState(false); // the legend would cover boxes as they were drawn last
  const [hovered, setHovered] = useState(null);
  const listeners = useRef(on);
  listeners.current = on;
  const follow = usePlace(canvas, place, at, listeners);
  // All of it before the frame is painted, so that a press and what it opens are one frame apart.
  useLayoutEffect(() => {
    const drawn = new GraphCanvas(host.current, {
      select: (id, isSecond) => listeners.current.select(id, isSecond),
      toggle: (id) => id && listeners.current.toggle(id),
      pick: (id, place) => listeners.current.pick(id, place),
      hover: (target, event) => {
        setHovered(target && { ...target, x: event.clientX, y: event.clientY });
        listeners.current.hover(target?.box?.item ?? "");
      },
      view: (view, size) => {
        place.current = { view, size };
        setSize(size);
        minimap.current?.(place.current);
        follow();
      },
    });
    canvas.current = drawn;
    if (takesFocus()) drawn.focus();
    const off = onFontsLoaded(() => drawn.repaint());
    return () => {
      off();
      drawn.destroy();
      canvas.current = null;
    };
  }, [canvas]);
  useLayoutEffect(() => {
    setHovered(null);
    canvas.current.inset = chip ? BAR_PX : 0;
    canvas.current.show(drawing, { isFresh: shownRun.current !== run, coloring, place: at });
    shownRun.current = run;
    setCrowded(isCornerTaken(drawing, canvas.current.view, canvas.current.size, LEGEND_PX));
  }, [drawing, run]);
  useLayoutEffect(() => canvas.current.color(coloring), [coloring]);
  useLayoutEffect(() => canvas.current.select(selected), [selected, drawing]);
  useLayoutEffect(() => canvas.current.light(lit), [lit, drawing]);
  useLayoutEffect(() => canvas.current.spotlight(spotlight), [spotlight, drawing]);
  return h(
    "div",
    { className: "graph-canvas", ref: host, onKeyDown: on.key, "data-theme-drawn": theme },
    h(ZoomButtons, { fitted: "Fit the whole graph", zoom: { in: () => canvas.current.zoomBy(1.25), out: () => canvas.current.zoomBy(0.8), fit: () => canvas.current.fit() } }),
    chip,
    drawing.notes.length > 0 && h("div", { className: "graph-float graph-notes", role: "status" }, drawing.notes.map((note) => h("p", { key: note }, note)), drawing.closed.length > 0 && h("button", { type: "button", className: "link", title: "Open these groups and close the others", onClick: () => on.reopen(drawing.closed) }, "Reopen")),
    size && h(Legend, { drawing, coloring, live, isCrowded: isCrowded || size.width < NARROW_PX }),
    size && h(Minimap, { drawing, coloring, place, show: minimap, canvas }),
    h(Tooltip, { hovered, frame: host }),
  );
}

// Tells where the person moved to, a moment after; and goes where the link leads, as after the browser's Back.
// -> what to call when the view has moved
function usePlace(canvas, place, at, listeners) {
  const told = useRef(at);
  const timer = useRef(null);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    const known = told.current;
    const isNews = at && !(known && areSame(at, known));
    told.current = at;
    if (isNews && place.current) canvas.current.setView(viewAt(at, place.current.size));
  }, [at]);
  return useCallback(() => {
    clearTimeout(timer.current);
    if (!canvas.current?.isMoved) return;
    timer.current = setTimeout(() => {
      told.current = placeOf(place.current.view, place.current.size);
      listeners.current.move(told.current);
    }, PLACE_MS);
  }, []);
}

function areSame(one, other) {
  return Math.abs(one.x - other.x) < 1 && Math.abs(one.y - other.y) < 1 && Math.abs(one.k / other.k - 1) < 0.01;
}
