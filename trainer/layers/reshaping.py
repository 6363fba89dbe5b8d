"""Layers that only move elements: Reshape, Permute, RepeatVector."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp

from trainer.counts import check_count
from trainer.layers.base import Layer
from trainer.layers.checks import check_axes, shape_of, title
from trainer.protocols import Array


@dataclass(frozen=True)
class Reshape(Layer):
    """Gives each row another shape, in C order.

    Attributes:
        target_shape: Sizes of all axes but the first; one of them may be -1, and follows from the others.
    """

    target_shape: tuple[int, ...]

    def __post_init__(self) -> None:
        """Makes `target_shape` a tuple.

        Raises:
            ValueError: If a size is neither positive nor -1, or two are -1.
        """
        super().__post_init__()
        given = self.target_shape
        sizes = tuple(given) if isinstance(given, tuple | list) else (given,)
        is_right = all(isinstance(size, int) and (size > 0 or size == -1) for size in sizes) and sizes.count(-1) <= 1
        if not is_right:
            raise ValueError(
                f"target_shape must hold positive integers and at most one -1; got {given!r}. Leave out the batch axis."
            )
        self.replace_fields(target_shape=sizes)

    def call(self, inputs: Any) -> Array:
        """Maps ``(batch, …)`` to ``(batch, *target_shape)``.

        Raises:
            ValueError: If the rows have another number of elements.
        """
        check_axes(self, inputs, "batch", "…")
        size, known = math.prod(inputs.shape[1:]), math.prod(size for size in self.target_shape if size > 0)
        if size % known if -1 in self.target_shape else size != known:
            raise ValueError(
                f"inputs of {title(self)} must have rows that fill {self.target_shape}; got shape {inputs.shape}. "
                "Change target_shape."
            )
        return jnp.reshape(inputs, (inputs.shape[0], *self.target_shape))


@dataclass(frozen=True)
class Permute(Layer):
    """Puts the axes of each row into another order.

    Attributes:
        dims: Numbers of the input's axes in their new order, counted from 1; the batch axis stays.
    """

    dims: tuple[int, ...]

    def __post_init__(self) -> None:
        """Makes `dims` a tuple.

        Raises:
            ValueError: If it does not hold each of 1, 2, … once.
        """
        super().__post_init__()
        dims = tuple(self.dims)
        if sorted(dims) != list(range(1, len(dims) + 1)):
            raise ValueError(
                f"dims must hold each of 1 to {len(dims)} once; got {self.dims!r}. Count axes from 1 without the batch."
            )
        self.replace_fields(dims=dims)

    def call(self, inputs: Any) -> Array:
        """Maps ``(batch, …)`` to the same with its axes in another order.

        Raises:
            ValueError: If the rank is another.
        """
        check_axes(self, inputs, "batch", *(f"axis {number}" for number in sorted(self.dims)))
        return jnp.transpose(inputs, (0, *self.dims))


@dataclass(frozen=True)
class RepeatVector(Layer):
    """Repeats each row as the steps of a sequence.

    Attributes:
        n: Number of steps.
    """

    n: int

    def __post_init__(self) -> None:
        """Refuses a number that is no count.

        Raises:
            ValueError: If `n` is not a positive integer.
        """
        super().__post_init__()
        self.replace_fields(n=check_count("n", self.n))

    def call(self, inputs: Any) -> Array:
        """Maps ``(batch, features)`` to ``(batch, n, features)``.

        Raises:
            ValueError: If the rank is another.
        """
        check_axes(self, inputs, "batch", "features")
        batch, features = shape_of(self, inputs)
        return jnp.broadcast_to(inputs[:, None, :], (batch, self.n, features))
