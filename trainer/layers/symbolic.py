"""Symbolic tensors: what layers return when they are called on an `Input`."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import jax

from trainer.layers.specs import output_spec

_SERIALS = itertools.count()


@dataclass(frozen=True, eq=False)
class Call:
    """One use of a layer on symbolic tensors.

    Attributes:
        serial: Grows with each call, so that sorting by it is a topological order.
        layer: The layer; the same object in two calls shares its parameters.
        inputs: Pytree of `SymbolicTensor` and `Input`.
    """

    serial: int
    layer: Any
    inputs: Any


@dataclass(frozen=True, eq=False)
class SymbolicTensor:
    """A value that a network will compute.

    Attributes:
        call: The call that makes it.
        index: Its place among the leaves of what the call returns.
        spec: Shape and dtype for a batch of one row.
    """

    call: Call
    index: int
    spec: jax.ShapeDtypeStruct

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of all axes but the first."""
        return tuple(self.spec.shape[1:])

    @property
    def dtype(self) -> str:
        """Type of the elements."""
        return str(self.spec.dtype)

    def place_layer(self, layer: Any, inputs: Any) -> Any:
        """Places `layer` behind this tensor (and others in `inputs`)."""
        return place_layer(layer, inputs)


def place_layer(layer: Any, inputs: Any) -> Any:
    """Records a call of `layer`, and returns symbolic tensors of the shapes that it will compute.

    Raises:
        ValueError: If the layer does not accept these shapes.
        TypeError: If `inputs` mixes arrays and symbolic tensors.
    """
    for leaf in jax.tree.leaves(inputs):
        if not hasattr(leaf, "place_layer"):
            raise TypeError(f"inputs must all be symbolic tensors; got {type(leaf).__name__}. Start from layers.Input.")
    call = Call(next(_SERIALS), layer, inputs)
    specs = output_spec(layer, jax.tree.map(lambda leaf: leaf.spec, inputs))
    leaves, treedef = jax.tree.flatten(specs)
    return jax.tree.unflatten(treedef, [SymbolicTensor(call, index, spec) for index, spec in enumerate(leaves)])
