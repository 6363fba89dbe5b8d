"""The graph of a Flax NNX or Equinox module, named by the attributes that hold its modules."""

from __future__ import annotations

import contextlib
import functools
import inspect
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from summaries.adapters.jax_graph.functions import argument_paths, convert_traced, trace
from summaries.proto.graph_pb2 import GraphDef

_LOCK = threading.RLock()
"""Held while classes are changed, by one thread at a time: whoever comes second would take the first one's calls for
the classes' own, and give them back."""


def find_module_base(model: Any) -> type | None:
    """`nnx.Module` or `equinox.Module` if `model` is one; None of anything else. Imports neither."""
    nnx, equinox = sys.modules.get("flax.nnx"), sys.modules.get("equinox")
    for library in (nnx, equinox):
        if library is not None and isinstance(model, library.Module):
            base: type = library.Module
            return base
    return None


def graph_of_module(model: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> GraphDef:
    """Traces a call of a module with its own weights as inputs.

    Args:
        model: An instance of what `find_module_base` finds. It is not changed.
        args: As for `graph_of_function`.
        kwargs: The same.
    """
    weights, rebuild = _take_apart(model)

    def call(params: Any, *args: Any, **kwargs: Any) -> Any:
        module = rebuild(params)
        with named_calls(module):
            return module(*args, **kwargs)

    paths = argument_paths(call, (weights,), {})
    inputs = argument_paths(type(model).__call__, (None, *args), kwargs)  # the first one is self
    traced = trace(call, (weights, *args), kwargs)
    plain = [path[:-1] if path[-1] == "value" and len(path) > 1 else path for path in paths]
    return convert_traced(traced.jaxpr, [*plain, *inputs])


def _take_apart(model: Any) -> tuple[Any, Callable[[Any], Any]]:
    """The arrays of a module as a pytree, and what puts them together again."""
    nnx, equinox = sys.modules.get("flax.nnx"), sys.modules.get("equinox")
    if nnx is not None and isinstance(model, nnx.Module):
        graph, state = nnx.split(model)
        return state, functools.partial(nnx.merge, graph)
    assert equinox is not None
    arrays, rest = equinox.partition(model, equinox.is_array)
    return arrays, lambda arrays: equinox.combine(arrays, rest)


def _find_modules(model: Any, base: type) -> dict[int, tuple[Any, str]]:
    """The modules inside of a module and their paths, by `id`."""
    tree_util = sys.modules["jax"].tree_util
    found = {id(model): (model, "")}
    waiting = [(model, "")]
    while waiting:
        parent, prefix = waiting.pop()
        members = parent if isinstance(parent, dict | list | tuple) else vars(parent)
        leaves = tree_util.tree_flatten_with_path(members, is_leaf=lambda leaf: isinstance(leaf, base))[0]
        for path, leaf in leaves:
            if isinstance(leaf, base) and id(leaf) not in found:
                name = "/".join(part for part in (prefix, tree_util.keystr(path, simple=True, separator="/")) if part)
                found[id(leaf)] = leaf, name
                waiting.append((leaf, name))
    return found


@contextlib.contextmanager
def named_calls(model: Any) -> Iterator[None]:
    """Opens the scope of its path around each call of a module inside of `model`.

    What other threads call meanwhile runs as ever, unless it is `model` itself.

    Args:
        model: An instance of what `find_module_base` finds; of anything else nothing is named.
    """
    base = find_module_base(model)
    if base is None:
        yield
        return
    with _LOCK, _changed_calls(_find_modules(model, base)):
        yield


@contextlib.contextmanager
def _changed_calls(modules: Mapping[int, tuple[Any, str]]) -> Iterator[None]:
    classes = {type(module) for module, _ in modules.values() if callable(module)}
    own = {cls: vars(cls)["__call__"] for cls in classes if "__call__" in vars(cls)}
    calls = {cls: cls.__call__ for cls in classes}
    active = [""]
    for cls, call in calls.items():
        type.__setattr__(cls, "__call__", _in_scope(_plain(cls, call), modules, active))
    try:
        yield
    finally:
        for cls in classes:
            if cls in own:
                type.__setattr__(cls, "__call__", own[cls])
            else:
                type.__delattr__(cls, "__call__")


def _plain(cls: type, call: Any) -> Any:
    """A call of Equinox' own layers without the scope of the class's name."""
    return inspect.unwrap(call) if cls.__module__.startswith("equinox.nn") else call


def _in_scope(call: Any, modules: Mapping[int, tuple[Any, str]], active: list[str]) -> Any:
    @functools.wraps(call)
    def run(self: Any, *args: Any, **kwargs: Any) -> Any:
        path = modules[id(self)][1] if id(self) in modules else ""
        relative = path.removeprefix(f"{active[-1]}/") if active[-1] else path
        if not relative or path == active[-1]:
            return call(self, *args, **kwargs)
        active.append(path)
        try:
            with sys.modules["jax"].named_scope(relative):
                return call(self, *args, **kwargs)
        finally:
            active.pop()

    return run
