"""The graph of one training step, from the trace that the compiler got anyway."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from summaries.adapters.jax_graph import find_call, graph_from_jaxpr, optimizer_name
from trainer.paths import leaf_paths
from trainer.programs import STEP_NAME, TrainProgram

# Whoever looks at the graph wants the line of the model, not of the layer's code.
LIBRARY_FOLDER = str(Path(__file__).parent)
# Beside a model's own weights, those of the rows need their full name.
_BATCH_NAMES = {"weights": "sample_weights"}


@functools.lru_cache(maxsize=16)
def make_step_graph(program: TrainProgram) -> Any:
    """Returns the ``GraphDef`` of the step inside a compiled chunk."""
    step = find_call(program.jaxpr, STEP_NAME)
    params = [f"forward/{path}" for path in leaf_paths(program.step_args[0].params)]
    return graph_from_jaxpr(
        step, input_names=input_names(program.step_args), params=params, library_folders=[LIBRARY_FOLDER]
    )


def input_names(step_args: Any) -> tuple[str, ...]:
    """Node names of all arrays that a step reads.

    Args:
        step_args: ``(train_state, batch, seed)`` as pytrees of shapes.

    Returns:
        ``forward/dense_0/kernel`` for params, ``update/dense_0/kernel/mu`` for what the optimizer keeps of them,
        ``forward/features`` and so on for the batch.
    """
    train_state, batch, _ = step_args
    params = leaf_paths(train_state.params)
    return (
        *(f"forward/{path}" for path in params),
        *(f"forward/{path}" for path in leaf_paths(train_state.state)),
        *(optimizer_name(path, params) for path in leaf_paths(train_state.opt_state)),
        "update/step",
        *(f"forward/{path}" for path in leaf_paths({_BATCH_NAMES.get(k, k): v for k, v in batch._asdict().items()})),
        "forward/seed",
    )
