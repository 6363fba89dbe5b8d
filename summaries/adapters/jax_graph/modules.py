"""The graph of a Flax NNX or Equinox module, named by the attributes that hold its modules."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from summaries.adapters.jax_graph.calls import named_calls
from summaries.adapters.jax_graph.functions import argument_paths, convert_traced, trace
from summaries.proto.graph_pb2 import GraphDef


def graph_of_module(model: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[GraphDef, Any]:
    """Traces a call of a module with its own weights as inputs.

    Args:
        model: An instance of what `find_module_base` finds. It is not changed.
        args: As for `graph_of_function`.
        kwargs: The same.

    Returns:
        The graph, and the `Traced` that it is of.
    """
    weights, rebuild = _take_apart(model)

    def call(params: Any, *args: Any, **kwargs: Any) -> Any:
        module = rebuild(params)
        with named_calls(module):
            return module(*args, **kwargs)

    paths = argument_paths(call, (weights,), {})
    inputs = argument_paths(type(model).__call__, (None, *args), kwargs)  # the first one is self
    traced = trace(call, (weights, *args), kwargs)
    return convert_traced(traced.jaxpr, [*paths, *inputs]), traced


def _take_apart(model: Any) -> tuple[Any, Callable[[Any], Any]]:
    """The arrays of a module as a pytree, and what puts them together again."""
    nnx, equinox = sys.modules.get("flax.nnx"), sys.modules.get("equinox")
    if nnx is not None and isinstance(model, nnx.Module):
        graph, state = nnx.split(model)
        return state, functools.partial(nnx.merge, graph)
    assert equinox is not None
    arrays, rest = equinox.partition(model, equinox.is_array)
    return arrays, lambda arrays: equinox.combine(arrays, rest)
