"""What normalisations share: they compute in float32 at least, whatever comes in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

from trainer.layers.checks import shape_of, title
from trainer.protocols import Array, Params


def statistics_dtype(dtype: Any) -> Any:
    """Type in which to compute moments of values of `dtype`: float32, or float64."""
    return jnp.promote_types(dtype, jnp.float32)


def axes_of(layer: Any, inputs: Any, axis: int | Sequence[int]) -> tuple[int, ...]:
    """Axes counted from the first, in order; the batch axis is none of them.

    Raises:
        ValueError: If the inputs have no such axis.
    """
    rank = len(shape_of(layer, inputs))
    axes = [axis] if isinstance(axis, int) else list(axis)
    if any(not -rank <= each < rank or each % rank == 0 for each in axes):
        raise ValueError(
            f"axis of {title(layer)} must be of inputs with shape {tuple(inputs.shape)}, and not the first; got "
            f"{axis!r}. Pass for example -1."
        )
    return tuple(sorted(each % rank for each in axes))


def along(values: Array, axes: Sequence[int], rank: int) -> Array:
    """Values for each position along `axes`, with length 1 along all other axes of `rank`."""
    sizes = dict(zip(axes, values.shape, strict=True))
    return values.reshape([sizes.get(number, 1) for number in range(rank)])


def scale_and_shift(layer: Any, values: Array, params: Params, axes: Sequence[int]) -> Array:
    """Multiplies with ``gamma`` and adds ``beta``, as far as the layer has them."""
    if layer.scale:
        values = values * along(layer.param(params, "gamma").astype(values.dtype), axes, values.ndim)
    if layer.center:
        values = values + along(layer.param(params, "beta").astype(values.dtype), axes, values.ndim)
    return values


def check_epsilon(epsilon: Any) -> None:
    """Refuses what cannot keep a denominator from 0.

    Raises:
        ValueError: If it is not a positive number.
    """
    if isinstance(epsilon, bool) or not isinstance(epsilon, int | float | np.number) or not 0 < epsilon < math.inf:
        raise ValueError(f"epsilon must be a positive number; got {epsilon!r}. Pass for example 1e-3.")


def as_axis(axis: Any) -> int | tuple[int, ...]:
    """One axis, or a tuple of them."""
    return tuple(int(each) for each in axis) if isinstance(axis, tuple | list) else int(axis)
