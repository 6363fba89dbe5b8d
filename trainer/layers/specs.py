"""Shapes and dtypes of what layers take and return, found by tracing: nothing is computed."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, TypeVar

import jax

from trainer import passes
from trainer.layers import precision
from trainer.protocols import Array

T = TypeVar("T")


def spec_of(value: Any) -> Any:
    """Shape and dtype of each array in a pytree, as ``jax.ShapeDtypeStruct``."""
    return jax.tree.map(lambda leaf: shape_struct(leaf.shape, leaf.dtype), value)


def shape_struct(shape: tuple[int, ...], dtype: Any) -> Any:
    """A ``jax.ShapeDtypeStruct``."""
    return jax.ShapeDtypeStruct(shape, dtype)  # type: ignore[no-untyped-call]


def output_spec(layer: Any, example: Any) -> Any:
    """Shape and dtype of what `layer` returns for inputs like `example`."""
    return remembered(_output_spec, layer, example)


def _output_spec(layer: Any, example: Any) -> Any:
    def run(key: Array, inputs: Any) -> Any:
        with passes.collect():  # what it hands over belongs to no step
            params, state = layer.init(key, inputs)
            return layer.apply(params, state, inputs, training=False, key=None)[0]

    return jax.eval_shape(run, KEY_SPEC, example)


def remembered(function: Callable[[Any, Any], T], layer: Any, example: Any) -> T:
    """``function(layer, spec_of(example))``, traced once for equal layers: nested networks ask again at each level."""
    leaves, treedef = jax.tree.flatten(spec_of(example))
    try:
        found = _REMEMBERED.setdefault(layer, {})
    except TypeError:  # a foreign network: not remembered
        return function(layer, jax.tree.unflatten(treedef, leaves))
    key = function, tuple(leaves), treedef, precision.current()
    if key not in found:
        found[key] = function(layer, jax.tree.unflatten(treedef, leaves))
    return found[key]  # type: ignore[no-any-return]


# Until the layer is gone: some hold arrays.
_REMEMBERED: weakref.WeakKeyDictionary[Any, dict[Any, Any]] = weakref.WeakKeyDictionary()


# A key's shape and dtype without making one: `jax.random.key` compiles a program.
KEY_SPEC = jax.eval_shape(lambda: jax.random.key(0))
