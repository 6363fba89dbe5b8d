"""From a jaxpr to a `GraphDef`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from summaries.adapters.jax_graph.encode import encode_nodes
from summaries.adapters.jax_graph.nodes import FORWARD
from summaries.adapters.jax_graph.placing import find_readers, group_update, live_nodes, place_constants
from summaries.adapters.jax_graph.saved import count_saved_bytes
from summaries.adapters.jax_graph.scopes import Place
from summaries.adapters.jax_graph.sources import Sources
from summaries.adapters.jax_graph.walk import Walk, iter_equations
from summaries.proto.graph_pb2 import GraphDef


def find_call(closed_jaxpr: Any, name: str) -> Any:
    """The `ClosedJaxpr` of the first call of a jitted function, wherever it is nested.

    Args:
        closed_jaxpr: Where to look.
        name: The function's name.

    Raises:
        KeyError: If it is not called.
    """
    for eqn in iter_equations(closed_jaxpr):
        if eqn.params.get("name") == name and "jaxpr" in eqn.params:
            return eqn.params["jaxpr"]
    raise KeyError(name)


def graph_from_jaxpr(
    closed_jaxpr: Any,
    *,
    input_names: Sequence[str] | None = None,
    params: Sequence[str] = (),
    library_folders: Sequence[str] = (),
) -> GraphDef:
    """Converts what a function computes; operations that nothing depends on are left out.

    Args:
        closed_jaxpr: As in `jax.jit(f).trace(*args).jaxpr`.
        input_names: Node name of each input array, phase first: `forward/dense_0/kernel`, or
            `update/dense_0/kernel/mu` for what an optimizer keeps of it. None numbers them.
        params: Those of `input_names` that are parameters.
        library_folders: Code in these folders is not what `_jax_source` should name, if other code called it.

    Raises:
        ValueError: If the number of names is not that of the inputs.
    """
    jaxpr = closed_jaxpr.jaxpr
    names = [f"{FORWARD}/input_{i}" for i in range(len(jaxpr.invars))] if input_names is None else list(input_names)
    if len(names) != len(jaxpr.invars):
        raise ValueError(f"input_names must name the {len(jaxpr.invars)} inputs; got {len(names)}. Name each array.")
    walk = Walk(Sources(tuple(library_folders)))
    are_params = set(params)
    inputs = [
        walk.add_input(name, var.aval, is_param=name in are_params)
        for name, var in zip(names, jaxpr.invars, strict=True)
    ]
    outputs = walk.inline(closed_jaxpr, inputs, Place())
    nodes = live_nodes(walk.nodes, outputs)
    readers = find_readers(nodes)
    place_constants(nodes, readers)
    group_update(nodes, readers)
    return encode_nodes(nodes, count_saved_bytes(nodes))
