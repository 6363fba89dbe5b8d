"""Features brought to mean 0 and variance 1 by what was measured on data."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import jax.numpy as jnp
import numpy as np

from trainer.layers.base import Layer
from trainer.layers.checks import shape_of, title
from trainer.protocols import Array

# Keras' lower limit of a deviation: a constant feature becomes 0.
_EPSILON = 1e-7


@dataclass(frozen=True)
class Normalization(Layer):
    """``(inputs - mean) / sqrt(variance)`` for each feature.

    >>> import numpy as np
    >>> layer = Normalization().adapt(np.array([[1.0, 10.0], [3.0, 30.0]]))
    >>> layer.mean, layer.variance
    ((2.0, 20.0), (1.0, 100.0))

    Attributes:
        axis: Axis, or axes, whose elements are measured apart; None measures all together.
        mean: One number, or one for each element along `axis`; None until `adapt`.
        variance: As `mean`.
        invert: Whether to do the reverse.
    """

    axis: Any = -1
    mean: Any = None
    variance: Any = None
    invert: bool = False

    def __post_init__(self) -> None:
        """Makes lists and arrays tuples.

        Raises:
            ValueError: If only one of mean and variance is given, or a variance is negative.
        """
        super().__post_init__()
        if (self.mean is None) != (self.variance is None):
            raise ValueError("mean and variance must be given together; got one of them. Pass both, or call adapt.")
        axis = tuple(self.axis) if isinstance(self.axis, tuple | list) else self.axis
        self.replace_fields(axis=axis, mean=_plain(self.mean), variance=_plain(self.variance))
        if self.variance is not None and np.min(self.variance) < 0:
            raise ValueError(f"variance must be at least 0; got {self.variance!r}. Pass the squared deviation.")

    def adapt(self, data: Any) -> Self:
        """Returns this layer with the mean and variance of data.

        Args:
            data: Array ``(rows, …)``, or an iterable of such batches.

        Raises:
            ValueError: If there are no rows.
        """
        batches = [data] if hasattr(data, "shape") else data
        mean, variance = _moments(batches, self._reduced_axes)
        return dataclasses.replace(self, mean=mean, variance=variance)

    def call(self, inputs: Any) -> Array:
        """Maps any shape to the same shape, in the policy's type.

        Raises:
            ValueError: If the layer was not adapted, or for data of another width.
        """
        shape = shape_of(self, inputs)
        if self.mean is None:
            raise ValueError(f"mean of {title(self)} must be known; got None. Call adapt(features) on it first.")
        mean, deviation = np.asarray(self.mean), np.maximum(np.sqrt(self.variance), _EPSILON)
        kept = [axis for axis in range(len(shape)) if axis not in self._reduced_axes(len(shape))]
        if mean.ndim and mean.shape != tuple(shape[axis] for axis in kept):
            raise ValueError(
                f"inputs of {title(self)} must have {mean.shape} elements along axis {self.axis}; got shape {shape}. "
                "Pass data like those of adapt."
            )
        if mean.ndim:
            wide = [shape[axis] if axis in kept else 1 for axis in range(len(shape))]
            mean, deviation = mean.reshape(wide), deviation.reshape(wide)
        dtype = self.policy.compute_dtype
        values, center, scale = (jnp.asarray(value, dtype) for value in (inputs, mean, deviation))
        return values * scale + center if self.invert else (values - center) / scale

    def _reduced_axes(self, rank: int) -> tuple[int, ...]:
        axes = () if self.axis is None else self.axis if isinstance(self.axis, tuple) else (self.axis,)
        kept = {axis % rank for axis in axes}
        return tuple(axis for axis in range(rank) if axis not in kept)


def _moments(batches: Iterable[Any], reduced_axes: Any) -> tuple[Any, Any]:
    """Mean and variance over batches, in float64, by the update that does not cancel.

    References:
        Chan, Golub & LeVeque 1983, Algorithms for computing the sample variance.
    """
    total, mean, squares = 0, np.float64(0), np.float64(0)
    for batch in batches:
        values = np.asarray(batch, np.float64)
        axes = reduced_axes(values.ndim)
        number = int(np.prod([values.shape[axis] for axis in axes]))
        if number == 0:
            continue
        difference = values.mean(axis=axes) - mean
        squares = squares + values.var(axis=axes) * number + difference**2 * total * number / (total + number)
        mean = mean + difference * number / (total + number)
        total += number
    if total == 0:
        raise ValueError("data must hold at least one row; got none. Pass the training features.")
    return mean, squares / total


def _plain(value: Any) -> Any:
    def tuples(item: Any) -> Any:
        return tuple(tuples(part) for part in item) if isinstance(item, list) else item

    return None if value is None else tuples(np.asarray(value, np.float64).tolist())
