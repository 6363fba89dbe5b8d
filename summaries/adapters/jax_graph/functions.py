"""The graph of a JAX function with example arguments."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from summaries.adapters.contract import OTHER_LIBRARY, ConversionError
from summaries.adapters.jax_graph.calls import named_in_functions
from summaries.adapters.jax_graph.convert import graph_from_jaxpr
from summaries.adapters.jax_graph.inputs import Path, name_inputs
from summaries.adapters.jax_graph.scopes import Place
from summaries.adapters.jax_graph.sources import Sources
from summaries.adapters.jax_graph.walk import Walk
from summaries.proto.graph_pb2 import GraphDef


def graph_of_function(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[GraphDef, Any]:
    """Traces a function, which runs nothing, and converts what it computes.

    Args:
        function: Jitted or not.
        args: Pytrees of arrays, or of what has a `shape` and a `dtype` (`jax.ShapeDtypeStruct`); numbers too. What is
            none of these is handed over as it is.
        kwargs: The same.

    Returns:
        The graph, and the `Traced` that it is of.
    """
    traced = _trace_named(function, args, kwargs)
    return convert_traced(traced.jaxpr, argument_paths(function, args, kwargs)), traced


def _trace_named(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """JAX's `Traced` with the scopes of modules.

    What ran before is answered from JAX's cache, without scopes. A default device that is the default anyway is a key
    of its own in that cache, and leaves there what the program runs.
    """
    jax = sys.modules["jax"]
    with named_in_functions() as calls:
        traced = trace(function, args, kwargs)
        if calls is None or calls.num_seen or jax.config.jax_default_device is not None:
            return traced
        with jax.default_device(jax.local_devices()[0]):
            again = trace(function, args, kwargs)
        return again if calls.num_seen else traced


def trace(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """JAX's `Traced` of a call. What it changes of NNX modules among its arguments are results, too."""
    if hasattr(function, "trace"):
        traced = function.trace(*args, **kwargs)
        return getattr(traced, "traced", traced)  # NNX has JAX's inside of its own
    jax, nnx = sys.modules["jax"], sys.modules.get("flax.nnx")
    leaves, treedef = jax.tree.flatten((tuple(args), dict(kwargs)), is_leaf=_is_stateful)
    places = [place for place, leaf in enumerate(leaves) if _is_array(leaf) or _is_stateful(leaf)]

    def call(*parts: Any) -> list[Any]:
        filled = list(leaves)
        for place, part in zip(places, parts, strict=True):
            filled[place] = part
        own_args, own_kwargs = jax.tree.unflatten(treedef, filled)
        results = jax.tree.leaves(function(*own_args, **own_kwargs), is_leaf=_is_stateful)
        return [leaf for leaf in results if _is_array(leaf) or _is_stateful(leaf)]

    if nnx is not None and any(map(_is_stateful, leaves)):
        return trace(nnx.jit(call), [leaves[place] for place in places], {})
    return jax.jit(call).trace(*(leaves[place] for place in places))


def convert_traced(closed_jaxpr: Any, paths: Sequence[Path]) -> GraphDef:
    """The graph of what was traced, its inputs named by their paths.

    Raises:
        ConversionError: If the jaxpr is not as this converter knows it.
    """
    try:
        return _convert(closed_jaxpr, paths)
    except OTHER_LIBRARY as error:
        raise ConversionError(f"closed_jaxpr must be as JAX 0.6 and later make it; got {error!r}.") from error


def _convert(closed_jaxpr: Any, paths: Sequence[Path]) -> GraphDef:
    jaxpr = closed_jaxpr.jaxpr
    if len(paths) != len(jaxpr.invars):  # arguments that a jitted function takes as static
        paths = [(f"input_{number}",) for number in range(len(jaxpr.invars))]
    walk = Walk(Sources(()))
    inputs = [
        walk.add_input(f"forward/{'/'.join(path)}", var.aval, is_param=False)
        for path, var in zip(paths, jaxpr.invars, strict=True)
    ]
    walk.inline(closed_jaxpr, inputs, Place())
    names, params = name_inputs(paths, [value.node for value in inputs], walk.nodes)
    return graph_from_jaxpr(closed_jaxpr, input_names=names, params=params)


def argument_paths(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Path]:
    """The names of the argument and of the members on the way to each array of a call."""
    tree_util = sys.modules["jax"].tree_util
    names = _argument_names(function, len(args))
    paths = []
    for name, value in (*zip(names, args, strict=True), *sorted(kwargs.items())):
        for path, leaf in _leaves_of(value):
            words = tree_util.keystr(path, simple=True, separator="/").split("/") if path else []
            if _is_array(leaf):
                paths.append((name, *(word for word in words if word)))
    return paths


def _leaves_of(value: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The leaves of a pytree with their paths, in which Flax NNX' variables are what they hold."""
    tree_util, nnx = sys.modules["jax"].tree_util, sys.modules.get("flax.nnx")
    variable = () if nnx is None else nnx.Variable
    for path, part in tree_util.tree_flatten_with_path(value, is_leaf=lambda one: isinstance(one, variable))[0]:
        for inner, leaf in tree_util.tree_flatten_with_path(part)[0]:
            yield (*path, *(inner[1:] if isinstance(part, variable) else inner)), leaf


def _argument_names(function: Callable[..., Any], count: int) -> list[str]:
    """The names of the first parameters of a function; `args_2` for what has none."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    try:
        names = [name for name, one in inspect.signature(function).parameters.items() if one.kind in kinds]
    except (TypeError, ValueError):
        names = []
    return [names[i] if i < len(names) else f"args_{i}" for i in range(count)]


def _is_array(leaf: Any) -> bool:
    return (hasattr(leaf, "shape") and hasattr(leaf, "dtype")) or isinstance(leaf, bool | int | float | complex)


def _is_stateful(leaf: Any) -> bool:
    """Whether a function may change it in place, as it may modules, optimizers and generators of Flax NNX."""
    nnx = sys.modules.get("flax.nnx")
    return nnx is not None and isinstance(leaf, nnx.Pytree)
