"""Where data enter a network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import jax.numpy as jnp
import numpy as np

from trainer.layers.base import Layer
from trainer.layers.specs import shape_struct
from trainer.layers.symbolic import place_layer
from trainer.protocols import Array, Params, State


@dataclass(frozen=True)
class Input(Layer):
    """A place for an array ``(batch, *shape)``; checks what comes, and passes it on.

    It is a symbolic tensor too, so that other layers can be called on it. Two inputs of a model are two objects, even
    if all their fields are equal.

    Attributes:
        shape: Sizes of all axes but the first.
        dtype: Type of the elements.
    """

    shape: tuple[int, ...]
    dtype: str = field(default="float32", kw_only=True)

    def __post_init__(self) -> None:
        """Makes `shape` a tuple.

        Raises:
            ValueError: If a size is not a positive integer.
        """
        sizes = tuple(self.shape) if isinstance(self.shape, tuple | list) else (self.shape,)
        if not all(isinstance(size, int) and size > 0 for size in sizes):
            raise ValueError(f"shape must hold positive integers; got {self.shape!r}. Leave out the batch axis.")
        self.replace_fields(shape=sizes, dtype=str(np.dtype(self.dtype)))

    @property
    def spec(self) -> Any:
        """Shape and dtype for a batch of one row."""
        return shape_struct((1, *self.shape), np.dtype(self.dtype))

    def place_layer(self, layer: Any, inputs: Any) -> Any:
        """Places `layer` behind this input (and others in `inputs`)."""
        return place_layer(layer, inputs)

    def apply(
        self, params: Params, state: State, inputs: Any, *, training: bool = False, key: Array | None = None
    ) -> tuple[Any, State]:
        """Returns the inputs.

        Raises:
            ValueError: If their shape is not ``(batch, *shape)``.
            TypeError: If they are numbers with a fraction where integers are expected.
        """
        del params, training, key
        check_shape(inputs, self)
        return inputs, state


def check_shape(inputs: Any, place: Input) -> None:
    """Refuses an array that does not fit `place`.

    Raises:
        ValueError: If its shape is not ``(batch, *place.shape)``.
        TypeError: If it holds numbers with a fraction where integers are expected.
    """
    if tuple(inputs.shape[1:]) != place.shape:
        expected = ", ".join(["batch", *map(str, place.shape)])
        raise ValueError(
            f"inputs must have the shape ({expected}) of layers.Input; got {tuple(inputs.shape)}. "
            "Pass data of that shape, or change the Input."
        )
    if np.issubdtype(place.dtype, np.integer) and not jnp.issubdtype(inputs.dtype, np.integer):
        raise TypeError(
            f"inputs must be integers, {place.dtype}, of layers.Input; got {inputs.dtype}. "
            "Convert them with astype, or change the Input."
        )
