// Mounts the kind's drawing when its card comes into view, and tells the loader what is in view at which width. What
// throws in a drawing is told to its card, and no other card knows of it.

import { session } from "../session.js";
import { drawLater, forgetDrawing } from "./schedule.js";
import { remember } from "./shown_charts.js";

// → a function that ends it.
// card: {id, title, tags, bands}
export function follow({ root, parts, card, loader, setHasData, setBare, setTrouble }) {
  const { id } = card;
  const plot = parts.plot.current; // its card may be gone before what is observed here ends
  remember(root, card);
  let handle = null;
  let isInView = false;
  let isOver = false;
  let width = 0; // as observed: reading it lays the page out, for each card that was just drawn
  const safely = (act) => (...given) => {
    try {
      return act?.(...given);
    } catch (error) {
      console.error(error);
      setTrouble({ cause: "drawing", error });
    }
  };
  const show = () => {
    if (width > 0) loader.show(id, width);
  };
  const make = () => {
    const elements = Object.fromEntries(Object.entries(parts).map(([name, ref]) => [name, ref.current]));
    const drawAndWrite = (draw) => () => {
      const write = draw();
      return write && safely(write);
    };
    let [isGiven, isWaiting] = [false, false]; // data; a drawing of them
    const later = (draw) => {
      isWaiting = true;
      drawLater(root, safely(() => {
        const write = drawAndWrite(draw)();
        if (isGiven) setHasData(true); // no sooner: what is covered until then is a chart without lines
        return write;
      }));
    };
    const drawing = loader.kind.mount({ root, ...elements }, { ...card, session, options: loader.optionsOf(card.tags), later, setBare: (isBare, hasLines) => setBare(isBare ? (hasLines ? "of points" : "of lines") : null) });
    const made = Object.fromEntries(Object.entries(drawing).map(([name, act]) => [name, safely(act)]));
    made.update = safely((data, info) => {
      setTrouble((trouble) => (trouble?.cause === "reading" ? null : trouble));
      isGiven = true;
      isWaiting = false;
      drawing.update(data, info);
      if (!isWaiting) setHasData(true);
    });
    made.fail = (error) => setTrouble((trouble) => trouble ?? { cause: "reading", error });
    made.recover = () => setTrouble((trouble) => (trouble?.cause === "reading" ? null : trouble));
    loader.add(card, made);
    return made;
  };
  const see = safely((isSeen) => {
    if (isSeen === isInView) return;
    isInView = isSeen;
    if (!isInView) loader.hide(id);
    else handle ??= make();
    handle?.setInView?.(isInView);
    if (isInView) show();
  });
  const views = new IntersectionObserver((entries) => see(entries.at(-1).isIntersecting));
  const sizes = new ResizeObserver(([{ contentRect }]) => {
    width = Math.round(contentRect.width);
    handle?.resize?.(plot.clientWidth, plot.clientHeight);
    if (isInView && handle) show();
  });
  const lead = () => loader.lead(id);
  root.addEventListener("pointerenter", lead);
  views.observe(root);
  sizes.observe(plot);
  // A card that is in view at once asks for its points before the frame that draws it. All are measured first, since
  // what is made in one has the page laid out anew for the next.
  if (isInSight(root)) {
    width = Math.round(plot.clientWidth);
    queueMicrotask(() => !isOver && see(true));
  }
  return () => {
    isOver = true;
    root.removeEventListener("pointerenter", lead);
    views.disconnect();
    sizes.disconnect();
    if (handle) loader.remove(id, handle);
    forgetDrawing(root);
    handle?.destroy();
    for (const name of ["values", "plot", "foot", "badges"]) parts[name].current?.replaceChildren();
  };
}

function isInSight(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return top < bottom && top < innerHeight && bottom > 0;
}
