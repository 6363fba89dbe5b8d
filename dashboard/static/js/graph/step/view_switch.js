// Model or Training step: two views of the same logged step. Keys 1 and 2.

import { h } from "../../react.js";
import { Segmented } from "../../segmented.js";
import { useKeys } from "../../use_keys.js";

export const NO_BACKWARD = "This graph has no backward pass. Log the training step to see it.";

export function ViewSwitch({ value, canStep, choose }) {
  useKeys("Graph", [
    { keys: ["1"], label: "Show the model", run: () => choose("model") },
    { keys: ["2"], label: "Show the training step", run: () => (canStep ? choose("step") : undefined) },
  ]);
  const options = [
    ["model", "Model", "What the model is, and where its parameters sit (1)"],
    ["step", "Training step", canStep ? "What is kept for the backward pass, which gradients, which updates (2)" : NO_BACKWARD, !canStep],
  ];
  return h(Segmented, { label: "View of the graph", options, value, choose });
}
