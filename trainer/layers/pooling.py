"""Pooling over windows, as functions, and how it is lowered.

On CPU the gradient of XLA's windowed maximum takes half of a small CNN's step. There, windows that lie side by side
become axes of their own, over which the maximum or mean is taken; other small windows become slices beside each other.

Where several values of a window are the greatest, the gradient is divided evenly among them in both of these; XLA's
windowed maximum, used elsewhere, gives it to the first. Values are the same everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np

from trainer.layers.convolutions import prefers_slices
from trainer.layers.windows import Window, pad, slices
from trainer.protocols import Array

Reduction = Callable[..., Array]


def max_pool(inputs: Array, windows: Sequence[Window]) -> Array:
    """Greatest value in each window; padding counts as the least number.

    Args:
        inputs: ``(batch, *spatial, channels)``.
        windows: One for each spatial axis.

    Returns:
        ``(batch, *windows, channels)``.
    """
    least = _least(inputs)
    if _has_windows_as_axes(inputs, windows):
        return reduce_by_axes(inputs, windows, jnp.max, least)
    return reduce_natively(inputs, windows, jax.lax.max, least)


def average_pool(inputs: Array, windows: Sequence[Window]) -> Array:
    """Mean of the values in each window; padding does not count. Shapes as in `max_pool`."""
    sums = _sums(inputs, windows)
    if not any(sum(window.padding) for window in windows):
        return sums / math.prod(window.size for window in windows)
    ones = jnp.ones((1, *inputs.shape[1:-1], 1), inputs.dtype)
    return sums / _sums(ones, windows)


def _sums(inputs: Array, windows: Sequence[Window]) -> Array:
    if _has_windows_as_axes(inputs, windows):
        return reduce_by_axes(inputs, windows, jnp.sum, 0)
    return reduce_natively(inputs, windows, jax.lax.add, 0)


def _has_windows_as_axes(inputs: Array, windows: Sequence[Window]) -> bool:
    return prefers_slices(windows, inputs.shape[:-1], inputs.shape[-1], inputs.dtype.itemsize)


def reduce_by_axes(inputs: Array, windows: Sequence[Window], reduction: Reduction, value: float) -> Array:
    """Reduces windows that are made axes of their own.

    Args:
        inputs: ``(batch, *spatial, channels)``.
        windows: One for each spatial axis.
        reduction: As ``jnp.max``.
        value: Of the padding.
    """
    padded = pad(inputs, windows, value)
    if any(window.stride != window.size for window in windows):
        return reduction(jnp.stack(slices(padded, windows)), axis=0)
    counts = [length // window.size for length, window in zip(padded.shape[1:-1], windows, strict=True)]
    limits = [count * window.size for count, window in zip(counts, windows, strict=True)]
    whole = jax.lax.slice(padded, (0,) * padded.ndim, (padded.shape[0], *limits, padded.shape[-1]))
    split = [part for count, window in zip(counts, windows, strict=True) for part in (count, window.size)]
    axes = tuple(range(2, 2 + 2 * len(windows), 2))
    return reduction(whole.reshape(padded.shape[0], *split, padded.shape[-1]), axis=axes)


def reduce_natively(inputs: Array, windows: Sequence[Window], function: Reduction, value: float) -> Array:
    """Reduces windows by XLA's own operation, with a function of two arrays, as ``lax.max``."""
    outputs: Array = jax.lax.reduce_window(
        inputs,
        np.array(value, inputs.dtype),
        function,
        window_dimensions=(1, *(window.size for window in windows), 1),
        window_strides=(1, *(window.stride for window in windows), 1),
        padding=((0, 0), *(window.padding for window in windows), (0, 0)),
    )
    return outputs


def _least(inputs: Array) -> float:
    return -math.inf if jnp.issubdtype(inputs.dtype, np.floating) else int(np.iinfo(inputs.dtype).min)
