// Model or Training step: two views of the same logged step. Keys 1 and 2.

import { h, useLayoutEffect, useRef } from "../../react.js";
import { Segmented } from "../../segmented.js";
import { useKeys } from "../../use_keys.js";

export const NO_BACKWARD = "This graph has no backward pass. Log the training step to see it.";

// Where the focus was when a view was left, whose elements are gone: "radiogroup", "tree", or "".
let left = "";
let isComing = false; // whether the switch of the view that comes was not drawn yet

// Whether what now draws the graph gets the focus that the other view's drawing had.
export function takesFocus() {
  const isTree = left === "tree" && document.activeElement === document.body;
  left = "";
  return isTree;
}

export function ViewSwitch({ value, canStep, choose: change }) {
  const element = useRef(null);
  const choose = (name) => {
    if (name === value) return;
    isComing = true;
    left = document.activeElement?.closest("[role=radiogroup], [role=tree]")?.getAttribute("role") ?? "";
    change(name);
  };
  // Before the drawing is there, which may take what was left to it; that of another run takes nothing.
  useLayoutEffect(() => {
    if (left === "radiogroup" && document.activeElement === document.body) element.current.querySelector('[aria-checked="true"]').focus();
    if (left !== "tree" || !isComing) left = "";
    isComing = false;
  }, []);
  useKeys("Graph", [
    { keys: ["1"], label: "Show the model", run: () => choose("model") },
    { keys: ["2"], label: "Show the training step", run: () => (canStep ? choose("step") : undefined) },
  ]);
  const options = [
    ["model", "Model", "What the model is, and where its parameters sit (1)"],
    ["step", "Training step", canStep ? "What is kept for the backward pass, which gradients, which updates (2)" : NO_BACKWARD, !canStep],
  ];
  return h("span", { ref: element, style: { display: "contents" } }, h(Segmented, { label: "View of the graph", options, value, choose }));
}
