"""The middle of several runs at each step, and a band around it.

The mean, the interquartile mean and the median are one idea: the mean of what is left when as many of the smallest as
of the largest values are left out: none, a quarter, or all but the middle one or two.

A bootstrap draws the members again and again. What a draw comes to depends only on how often it takes the smallest, the
second smallest, … of them; so the draws are made once for a number of members, as weights of sorted values, and
all steps are one product of matrices. They are the same each time: a curve does not tremble when it is drawn anew. Of
many members each is taken a Poisson number of times, independent of the others.

References:
    Efron & Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13 (percentile intervals).
    Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice" (interquartile mean).
    Chamandy et al. 2012, "Estimating Uncertainty for Massive Data Streams" (Poisson bootstrap).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Center = Literal["mean", "median", "iqm"]
Band = Literal["none", "std", "stderr", "ci", "minmax"]

NUM_RESAMPLES = 1_000
MAX_EXACT = 64
"""Members of which draws are made one by one; of more, Poisson numbers are as good, and slices of one table."""
_MANY = 1_024
CI_PERCENT = (2.5, 97.5)
_SEED = 8
_BLOCK_ROWS = 1_024


def find_centers(matrix: Floats, center: Center) -> Floats:
    """The middle of each row.

    Args:
        matrix: A row a step, a column a member; NaN where it has no value. Each row has one at least. Shape ``(g, m)``.
        center: Which middle.

    Returns:
        Shape ``(g,)``.
    """
    if center == "mean":
        return _sum_rows(matrix) / count(matrix)
    centers = np.empty(len(matrix))
    counts, ordered = count(matrix), np.sort(matrix, axis=1)  # NaN comes last
    for number in np.unique(counts).tolist():
        rows, cut = counts == number, num_cut(number, center)
        centers[rows] = ordered[rows, cut : number - cut].mean(axis=1)
    return centers


def find_bands(matrix: Floats, band: Band, centers: Floats, center: Center) -> tuple[Floats, Floats]:
    """The lower and the upper edge of a band; NaN where there are fewer than two values.

    Args:
        matrix: As of `find_centers`.
        band: The smallest and the largest value; or the centre and to both sides the sample's standard deviation
            (n − 1), or that by √n; or the 95 % interval of the centre by the bootstrap.
        centers: Those of `find_centers`.
        center: Which.

    Returns:
        Two of shape ``(g,)``.
    """
    counts = count(matrix)
    if band == "minmax":
        low, high = np.fmin.reduce(matrix, axis=1), np.fmax.reduce(matrix, axis=1)
    elif band == "ci":
        low, high = _find_intervals(matrix, counts, centers, center)
    else:
        widths = _find_deviations(matrix, counts)
        if band == "stderr":
            widths /= np.sqrt(counts)
        low, high = centers - widths, centers + widths
    is_single = counts < 2
    low[is_single] = high[is_single] = np.nan
    return low, high


def count(matrix: Floats) -> NDArray[np.int64]:
    """How many values each row has. Shape ``(g,)``."""
    counts: NDArray[np.int64] = matrix.shape[1] - np.isnan(matrix).sum(axis=1)
    return counts


def num_cut(number: Any, center: Center) -> Any:
    """How many of so many sorted values are left out at each end."""
    return {"mean": number * 0, "iqm": number // 4, "median": (number - 1) // 2}[center]


def _sum_rows(matrix: Floats) -> Floats:
    sums: Floats = np.nansum(matrix, axis=1)
    return sums


def _find_deviations(matrix: Floats, counts: NDArray[np.int64]) -> Floats:
    means = _sum_rows(matrix) / counts
    squares = _sum_rows((matrix - means[:, None]) ** 2)
    deviations: Floats = np.sqrt(squares / np.maximum(counts - 1, 1))
    return deviations


def _find_intervals(
    matrix: Floats, counts: NDArray[np.int64], centers: Floats, center: Center
) -> tuple[Floats, Floats]:
    low, high = centers.copy(), centers.copy()
    for number in np.unique(counts).tolist():
        rows = np.flatnonzero(counts == number)
        weights = _make_weights(number, center)
        for begin in range(0, rows.size, _BLOCK_ROWS):
            block = rows[begin : begin + _BLOCK_ROWS]
            ordered = np.sort(matrix[block], axis=1)[:, :number] - centers[block, None]
            low[block], high[block] = centers[block] + _find_percentiles(ordered.astype(np.float32) @ weights)
    return low, high


def _find_percentiles(resampled: NDArray[np.float32]) -> Floats:
    """The `CI_PERCENT` of each row, linear between the two next to each. Shape ``(2, r)``."""
    places = np.array(CI_PERCENT) / 100 * (resampled.shape[1] - 1)
    below = places.astype(int)
    resampled.sort(axis=1)  # faster than a partition by several places
    left, right = resampled[:, below].astype(np.float64), resampled[:, below + 1]
    percentiles: Floats = (left + (places - below) * (right - left)).T
    return percentiles


def _make_weights(number: int, center: Center) -> NDArray[np.float32]:
    """What each of so many sorted values adds to the centre of each draw. Shape ``(number, draws)``."""
    if number <= MAX_EXACT:
        return _make_exact_weights(number, center)
    return _weigh(_draw_poisson(1 << (number - 1).bit_length())[:number], center)


@lru_cache(maxsize=3 * MAX_EXACT)
def _make_exact_weights(number: int, center: Center) -> NDArray[np.float32]:
    picked = (np.random.default_rng(_SEED).random((number, NUM_RESAMPLES)) * number).astype(np.int64)
    cells = picked * NUM_RESAMPLES + np.arange(NUM_RESAMPLES)
    times = np.bincount(cells.ravel(), minlength=number * NUM_RESAMPLES).reshape(number, NUM_RESAMPLES)
    return _weigh(times.cumsum(axis=0).astype(np.float32), center)


@lru_cache(maxsize=1)
def _draw_poisson(number: int) -> NDArray[np.float32]:
    """How often each draw takes one of the values up to each, where it takes each a Poisson number of times."""
    num_resamples = NUM_RESAMPLES if number <= _MANY else NUM_RESAMPLES // 5
    times = np.random.default_rng(_SEED).poisson(1.0, (number, num_resamples)).astype(np.float32)
    return times.cumsum(axis=0, dtype=np.float32)


def _weigh(ends: NDArray[np.float32], center: Center) -> NDArray[np.float32]:
    """Weights from how often each draw takes one of the values up to each."""
    totals = ends[-1]
    cuts = num_cut(totals, center)
    inside = np.diff(np.clip(ends, cuts, totals - cuts), axis=0, prepend=cuts[None])
    weights: NDArray[np.float32] = inside / (totals - 2 * cuts)
    return weights
