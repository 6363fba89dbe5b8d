"""The name of a layer around what it does: in the graph, in tags, in errors."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from trainer import passes
from trainer.protocols import Array, Network, Params, State


@contextlib.contextmanager
def located(name: str) -> Iterator[None]:
    """Adds to errors of inputs and hyperparameters in which layer they arose, from the innermost outwards."""
    try:
        yield
    except (TypeError, ValueError) as error:
        error.add_note(f"In layer {name!r}.")
        raise


def apply_in_scope(
    layer: Network, name: str, params: Params, state: State, inputs: Any, *, training: bool, key: Array | None
) -> tuple[Any, State]:
    """Applies a layer with its own params and state, in the scope of its name."""
    with located(name), passes.scope(name):
        try:
            outputs, state = layer.apply(params, state, inputs, training=training, key=key)
        except KeyError as error:
            _refuse_other_params(layer, params, state, error)
            raise
        passes.observe(outputs)
        return outputs, state


def _refuse_other_params(layer: Network, params: Params, state: State, error: KeyError) -> None:
    missing = error.args[0] if error.args else None
    if isinstance(missing, str) and missing not in params and missing not in state:
        raise ValueError(
            f"params of {type(layer).__name__} must hold {missing!r}; got {', '.join(params) or 'none'}. "
            "Pass those that this network's init returned."
        ) from error


def init_located(layer: Network, name: str, key: Array, example: Any) -> tuple[Params, State]:
    """Makes the params and state of a layer; errors name it."""
    with located(name):
        return layer.init(key, example)
