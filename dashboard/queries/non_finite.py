"""NaN and infinities of a series: how many, where first, and which of them a card marks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.queries.downsample import find_columns
from dashboard.queries.positions import Positions
from summaries import Series

WORDS = ("NaN", "+Inf", "-Inf")
"""What a kind is called; kinds are indices into it."""


@dataclass(frozen=True)
class Tally:
    """What the badges of a card say of NaN and infinities, each tuple in the order of `WORDS`.

    Attributes:
        counts: Points of the range that still count, drawn or not.
        first_steps: The lowest step of such a point, NaN where there is none.
    """

    counts: tuple[int, int, int] = (0, 0, 0)
    first_steps: tuple[float, float, float] = (np.nan, np.nan, np.nan)


def kinds_of(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """0 for NaN, 1 for +Inf, 2 for −Inf. Same shape as `values`, all of which are one of them."""
    return np.where(np.isnan(values), 0, np.where(values > 0, 1, 2))


def tally_non_finite(series: Series, x: Positions, start: float, stop: float) -> Tally:
    """Counts the NaN and infinite points between two positions that no restart replaced.

    Args:
        series: All points of a run and tag.
        x: Where its points stand.
        start: First position of the range.
        stop: Last position of the range.
    """
    rows = series.non_finite
    if not rows.size:
        return Tally()
    positions = x[rows]
    is_counted = (positions >= start) & (positions <= stop)
    if series.superseded.any():
        is_counted &= series.is_current[rows]
    rows = rows[is_counted]
    kinds = kinds_of(series.values[rows])
    steps = [series.steps[rows[kinds == kind]] for kind in range(len(WORDS))]
    nans, highs, lows = (int(found.size) for found in steps)
    first_nan, first_high, first_low = (float(found.min()) if found.size else np.nan for found in steps)
    return Tally((nans, highs, lows), (first_nan, first_high, first_low))


def find_first(series: Series) -> tuple[int, int] | None:
    """Row of the NaN or infinite point of the lowest step, and how many there are; None if there is none.

    Of those that no restart replaced; of several at one step it is the one logged first.
    """
    rows = series.non_finite
    if series.superseded.any():
        rows = rows[series.is_current[rows]]
    return (int(rows[series.steps[rows].argmin()]), rows.size) if rows.size else None


def last_value(series: Series) -> float:
    """The value of the last point that no restart replaced, finite or not; NaN where there is none."""
    if len(series) and not series.superseded.any():
        return float(series.values[-1])
    current = np.flatnonzero(~series.superseded)
    if not current.size:
        return np.nan
    is_last_segment = current[-1] == series.superseded.size - 1
    end = len(series) if is_last_segment else series.segment_starts[current[-1] + 1]
    return float(series.values[end - 1])


def choose_marks(
    series: Series,
    x: Positions,
    width_px: int,
    inside: tuple[float, float],
    extent: tuple[float, float],
    *,
    is_log: bool = False,
) -> NDArray[np.int64]:
    """Chooses the NaN and infinite points to mark: the first of each kind in every pixel column, from left to right.

    Args:
        series: All points of a run and tag.
        x: Where its points stand.
        width_px: Pixel columns of the picture.
        inside: First and last position of the range.
        extent: Positions of the picture's edges.
        is_log: Whether columns are as wide as on a logarithmic axis.

    Returns:
        Rows of the series. Shape ``(k,)``, ``k <= 3 * width_px``.
    """
    rows = series.non_finite
    if not rows.size:
        return rows
    positions = x[rows]
    is_inside = np.isfinite(positions) & (positions >= inside[0]) & (positions <= inside[1])
    rows, positions = rows[is_inside], positions[is_inside]
    if not rows.size:
        return rows
    order = np.argsort(positions, kind="stable")
    columns = find_columns(positions[order], width_px, extent, is_log=is_log)
    cells = columns * len(WORDS) + kinds_of(series.values[rows[order]])
    marked: NDArray[np.int64] = rows[order][np.sort(np.unique(cells, return_index=True)[1])]
    return marked
