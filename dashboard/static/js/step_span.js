// The range that is selected on the Scalars page, as pages of steps see it.

// {axis: "step", bounds: [from, to]}; null where none is selected, or one of another axis.
export function stepSpan(session) {
  const span = session.view.get("span");
  return span?.axis === "step" ? span : null;
}
