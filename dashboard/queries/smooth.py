"""The moving average that is drawn over the raw line."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BLOCK = 64


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
    smoothed: NDArray[np.float64] = values.astype(np.float64, copy=True)
    finite = np.isfinite(smoothed)
    kept = smoothed[finite]
    if weight == 0 or kept.size == 0:
        return smoothed
    debias = -np.expm1(np.log(weight) * np.arange(1, kept.size + 1))
    smoothed[finite] = _average(kept, weight) / debias
    return smoothed


def _average(values: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """``a[i] = weight * a[i - 1] + (1 - weight) * values[i]`` from ``a[-1] = 0``, a block of points at a time."""
    num_blocks = -(-values.size // _BLOCK)
    padded = np.zeros(num_blocks * _BLOCK)
    padded[: values.size] = values
    blocks = padded.reshape(num_blocks, _BLOCK)
    lags = np.subtract.outer(np.arange(_BLOCK), np.arange(_BLOCK))
    within = np.where(lags >= 0, (1 - weight) * weight ** np.maximum(lags, 0), 0.0)
    averages = blocks @ within.T
    carries = np.zeros(num_blocks)
    carried = 0.0
    whole_block = weight**_BLOCK
    for block, last in enumerate(averages[:, -1].tolist()):  # one turn for 64 points
        carries[block] = carried
        carried = whole_block * carried + last
    averages += np.outer(carries, weight ** np.arange(1, _BLOCK + 1))
    result: NDArray[np.float64] = averages.ravel()[: values.size]
    return result
