"""Layers that make one array of several."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, ClassVar

import jax.numpy as jnp

from trainer.layers.base import Layer
from trainer.layers.checks import check_several, title
from trainer.protocols import Array


@dataclass(frozen=True)
class Merge(Layer):
    """Combines a list of arrays element by element; its members differ in how.

    Shapes are broadcast. An array with fewer axes gets them behind the batch axis.
    """

    FUNCTION: ClassVar[Any]  # of two arrays

    def call(self, inputs: Any) -> Array:
        """Maps a list of ``(batch, …)`` to one.

        Raises:
            TypeError: If it is no list of arrays.
            ValueError: If it holds fewer than two, or their shapes do not fit.
        """
        arrays = check_several(self, inputs)
        rank = max(array.ndim for array in arrays)
        grown = [_with_rank(array, rank) for array in arrays]
        try:
            jnp.broadcast_shapes(*(array.shape for array in grown))
        except ValueError as error:
            raise ValueError(
                f"inputs of {title(self)} must have shapes that broadcast; got "
                f"{', '.join(str(tuple(array.shape)) for array in arrays)}. Make their sizes equal, or 1."
            ) from error
        return self.merge(grown)

    def merge(self, arrays: list[Array]) -> Array:
        """Combines arrays of one rank."""
        return functools.reduce(type(self).FUNCTION, arrays)


def _with_rank(array: Array, rank: int) -> Array:
    missing = rank - array.ndim
    return jnp.reshape(array, (array.shape[0], *(1,) * missing, *array.shape[1:])) if missing else array


@dataclass(frozen=True)
class Add(Merge):
    """The sum. See `Merge`."""

    FUNCTION = staticmethod(jnp.add)


@dataclass(frozen=True)
class Multiply(Merge):
    """The product. See `Merge`."""

    FUNCTION = staticmethod(jnp.multiply)


@dataclass(frozen=True)
class Maximum(Merge):
    """The largest. See `Merge`."""

    FUNCTION = staticmethod(jnp.maximum)


@dataclass(frozen=True)
class Minimum(Merge):
    """The smallest. See `Merge`."""

    FUNCTION = staticmethod(jnp.minimum)


@dataclass(frozen=True)
class Average(Merge):
    """The mean. See `Merge`."""

    FUNCTION = staticmethod(jnp.add)

    def merge(self, arrays: list[Array]) -> Array:
        """The sum over the number."""
        return super().merge(arrays) / len(arrays)


@dataclass(frozen=True)
class Subtract(Merge):
    """The first of two arrays less the second. See `Merge`."""

    FUNCTION = staticmethod(jnp.subtract)

    def call(self, inputs: Any) -> Array:
        """Maps two ``(batch, …)`` to one.

        Raises:
            TypeError: If it is no list of arrays.
            ValueError: If it does not hold two, or their shapes do not fit.
        """
        return super().call(check_several(self, inputs, most=2))


@dataclass(frozen=True)
class Concatenate(Layer):
    """Joins arrays along an axis.

    Attributes:
        axis: Along which; its size may differ, all others are equal.
    """

    axis: int = -1

    def call(self, inputs: Any) -> Array:
        """Maps a list of ``(batch, …)`` to one.

        Raises:
            TypeError: If it is no list of arrays.
            ValueError: If it holds fewer than two, or their shapes do not fit.
        """
        arrays = check_several(self, inputs)
        shapes = [tuple(array.shape) for array in arrays]
        rank = len(shapes[0])
        if not -rank <= self.axis < rank or self.axis % rank == 0:
            raise ValueError(f"axis of {title(self)} must be one of 1 to {rank - 1}; got {self.axis}. Pass -1.")
        others = {(*shape[: self.axis % rank], *shape[self.axis % rank + 1 :]) for shape in shapes}
        if len(others) > 1:
            raise ValueError(
                f"inputs of {title(self)} must have equal shapes but for axis {self.axis}; got "
                f"{', '.join(map(str, shapes))}. Reshape or pad them."
            )
        return jnp.concatenate(arrays, axis=self.axis)


@dataclass(frozen=True)
class Dot(Layer):
    """Sums of products of two arrays along an axis of each, row by row.

    Attributes:
        axes: The axis, or one for each array; not the batch axis.
        normalize: Whether to divide by the norms first: cosines.
    """

    axes: Any
    normalize: bool = False

    def __post_init__(self) -> None:
        """Makes `axes` two.

        Raises:
            ValueError: If it is neither an integer nor two, or the batch axis.
        """
        super().__post_init__()
        axes = tuple(self.axes) if isinstance(self.axes, tuple | list) else (self.axes, self.axes)
        if len(axes) != 2 or not all(isinstance(axis, int) and axis != 0 for axis in axes):
            raise ValueError(f"axes must be an integer or two, not 0; got {self.axes!r}. Pass for example -1.")
        self.replace_fields(axes=axes)

    def call(self, inputs: Any) -> Array:
        """Maps ``(batch, …, n, …)`` twice to the rest of the axes of the first and then of the second.

        Raises:
            TypeError: If it is no list of arrays.
            ValueError: If it does not hold two, or the axes differ in size.
        """
        left, right = (
            jnp.moveaxis(array, axis, -1)
            for array, axis in zip(check_several(self, inputs, most=2), self.axes, strict=True)
        )
        if left.shape[-1] != right.shape[-1]:
            raise ValueError(
                f"inputs of {title(self)} must have axes of one size; got {left.shape[-1]} and {right.shape[-1]}. "
                "Change axes."
            )
        if self.normalize:
            left, right = _unit(left), _unit(right)
        rows = left.shape[0]
        flat = jnp.einsum("bin,bjn->bij", _rows_of(left), _rows_of(right))
        outputs = jnp.reshape(flat, (rows, *left.shape[1:-1], *right.shape[1:-1]))
        return outputs if outputs.ndim > 1 else outputs[:, None]


def _rows_of(array: Array) -> Array:
    return jnp.reshape(array, (array.shape[0], -1, array.shape[-1]))


def _unit(array: Array) -> Array:
    return array / jnp.sqrt(jnp.maximum(jnp.sum(array**2, axis=-1, keepdims=True), 1e-12))
