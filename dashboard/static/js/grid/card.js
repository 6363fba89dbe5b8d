// The frame of one card. What is inside belongs to the kind, and is made when the card first comes into view.

import { Icon, h, useEffect, useRef, useState } from "../react.js";
import { session } from "../session.js";

const MARGIN = "300px 0px"; // a card is made ready a little before it is seen

export function Card({ tag, label, loader, isExpanded, toggle }) {
  const root = useRef(null);
  const parts = { values: useRef(null), plot: useRef(null), foot: useRef(null), badges: useRef(null) };
  const [error, setError] = useState(null);
  useEffect(() => follow({ root: root.current, parts, tag, loader, setError }), [tag, loader]);
  return h(
    "figure",
    {
      className: isExpanded ? "card is-expanded" : "card",
      ref: root,
      "data-tag": tag,
      "aria-label": tag,
      style: { "--card-height": `${loader.kind.height}px` },
    },
    h(
      "figcaption",
      { className: "card-head" },
      h("span", { className: "card-title", title: tag }, label),
      h("span", { className: "card-badges", ref: parts.badges }),
      h("span", { className: "grow" }),
      h(
        "button",
        {
          type: "button",
          className: "icon-button is-small on-hover",
          title: isExpanded ? "Back to the grid" : "Full width",
          "aria-label": isExpanded ? `Shrink ${tag}` : `Expand ${tag}`,
          "aria-pressed": isExpanded,
          onClick: toggle,
        },
        h(Icon, { name: "arrows-diagonal", size: 14 }),
      ),
    ),
    h("div", { className: "card-values", ref: parts.values }),
    h("div", { className: "card-plot", ref: parts.plot }),
    h("div", { className: "card-foot", ref: parts.foot }),
    error && h(CardError, { error, retry: () => { setError(null); loader.reload(); } }),
  );
}

function CardError({ error, retry }) {
  return h(
    "div",
    { className: "card-error", role: "alert" },
    h("strong", null, "This chart could not be read"),
    h("p", null, error.message, " Your event files are not affected."),
    h("button", { type: "button", className: "link", onClick: retry }, "Try again"),
  );
}

// Mounts the kind's drawing when the card comes into view, and tells the loader what is in view at which width.
function follow({ root, parts, tag, loader, setError }) {
  let handle = null;
  let isInView = false;
  const show = () => {
    const width = Math.round(parts.plot.current.clientWidth);
    if (width > 0) loader.show(tag, width);
  };
  const make = () => {
    const elements = Object.fromEntries(Object.entries(parts).map(([name, ref]) => [name, ref.current]));
    const drawing = loader.kind.mount({ root, ...elements }, { tag, session, options: loader.options });
    const update = (data, info) => {
      setError(null);
      drawing.update(data, info);
    };
    const made = { ...drawing, update, fail: setError, recover: () => setError(null) };
    loader.add(tag, made);
    return made;
  };
  const views = new IntersectionObserver(
    (entries) => {
      isInView = entries.at(-1).isIntersecting;
      if (!isInView) return loader.hide(tag);
      handle ??= make();
      show();
    },
    { rootMargin: MARGIN },
  );
  const sizes = new ResizeObserver(() => {
    handle?.resize?.(parts.plot.current.clientWidth, parts.plot.current.clientHeight);
    if (isInView) show();
  });
  views.observe(root);
  sizes.observe(parts.plot.current);
  return () => {
    views.disconnect();
    sizes.disconnect();
    if (handle) loader.remove(tag, handle);
    handle?.destroy();
  };
}
