"""The moving average that is drawn over the raw line."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_BLOCK = 16
_ROWS = 1_000
"""Blocks worked on at once: they stay in the processor's cache, and are too few for BLAS to start threads."""


def smooth(values: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """Bias-corrected exponential moving average of a scalar series.

    Args:
        values: Points in the order of logging. Shape ``(n,)``. NaN and Inf stay what they are and do not spread.
        weight: Share kept from the past at each finite point, in [0, 1). 0 copies `values`.

    Returns:
        The smoothed points. Shape ``(n,)``.

    Raises:
        ValueError: If `weight` is outside [0, 1).

    References:
        Kingma & Ba 2015, section 3 (bias correction), arXiv:1412.6980.

    >>> smooth(np.array([1.0, 0.0, np.nan, 0.0]), 0.5).round(3).tolist()
    [1.0, 0.333, nan, 0.143]
    """
    if not 0 <= weight < 1:
        raise ValueError(f"weight must be in [0, 1); got {weight}. Pass 0 for no smoothing.")
    finite = np.isfinite(values)
    if weight == 0 or not finite.any():
        return values.astype(np.float64, copy=True)
    if finite.all():
        return _smooth_finite(values.astype(np.float64, copy=False), weight)
    smoothed: NDArray[np.float64] = values.astype(np.float64, copy=True)
    smoothed[finite] = _smooth_finite(smoothed[finite], weight)
    return smoothed


def _smooth_finite(values: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    averages = _average(values, weight, 1 - weight)
    # From there on the correction is 1 - weight**count == 1 in float64.
    num_corrected = min(values.size, math.ceil(math.log(2**-54) / math.log(weight)))
    averages[:num_corrected] /= -np.expm1(math.log(weight) * np.arange(1, num_corrected + 1))
    return averages


def _average(values: NDArray[np.float64], weight: float, gain: float) -> NDArray[np.float64]:
    """``a[i] = weight * a[i - 1] + gain * values[i]`` from ``a[-1] = 0``.

    Each block is averaged by itself, as one row of a matrix product; what the blocks before it add is the average of
    their last points, with the weight of a block.
    """
    within, powers = _make_weights(weight, gain)
    num_blocks = -(-values.size // _BLOCK)
    padded = values if values.size % _BLOCK == 0 else np.pad(values, (0, num_blocks * _BLOCK - values.size))
    blocks = padded.reshape(num_blocks, _BLOCK)
    averages = np.empty((num_blocks, _BLOCK))
    for first in range(0, num_blocks, _ROWS):
        np.matmul(blocks[first : first + _ROWS], within, out=averages[first : first + _ROWS])
    if num_blocks > 1:
        carries = _average(averages[:-1, -1].copy(), weight**_BLOCK, 1.0)
        for first in range(1, num_blocks, _ROWS):
            averages[first : first + _ROWS] += np.multiply.outer(carries[first - 1 : first - 1 + _ROWS], powers)
    result: NDArray[np.float64] = averages.ravel()[: values.size]
    return result


@lru_cache(maxsize=64)
def _make_weights(weight: float, gain: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What each point of a block adds to each average of it, and what the average before the block adds to each."""
    lags = np.arange(_BLOCK) - np.arange(_BLOCK)[:, None]
    within = np.where(lags >= 0, gain * weight ** np.maximum(lags, 0), 0.0)
    powers: NDArray[np.float64] = weight ** np.arange(1.0, _BLOCK + 1)
    return within, powers
