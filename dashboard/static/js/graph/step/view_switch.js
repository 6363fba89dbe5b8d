// Model or Training step: two views of the same logged step. Keys 1 and 2.

import { h, useEffect, useRef } from "../../react.js";
import { Segmented } from "../../segmented.js";
import { useKeys } from "../../use_keys.js";

export const NO_BACKWARD = "This graph has no backward pass. Log the training step to see it.";

// Where the focus was when a view was left, whose elements are gone: "radiogroup", "tree", or "".
let left = "";

// Whether what now draws the graph gets the focus that the other view's drawing had.
export function takesFocus() {
  const isTree = left === "tree" && document.activeElement === document.body;
  if (isTree) left = "";
  return isTree;
}

export function ViewSwitch({ value, canStep, choose: change }) {
  const element = useRef(null);
  const choose = (name) => {
    left = document.activeElement?.closest("[role=radiogroup], [role=tree]")?.getAttribute("role") ?? "";
    change(name);
  };
  useEffect(() => {
    if (left === "radiogroup") element.current.querySelector('[aria-checked="true"]').focus();
    if (left === "radiogroup") left = "";
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
