"""The ridges of a card: which logged histograms to draw, and each of them on one common grid of columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from dashboard.queries.buckets import (
    Buckets,
    Statistics,
    make_buckets,
    resample,
    summarise,
    value_range,
)
from summaries import Histogram

MIN_COLUMNS = 24
# Columns per bin of Scott's rule, and at most so many per root of the number of values (heavy tails mislead Scott):
# finer than a histogram of so few values would be, yet no single value teeths the outline.
COLUMNS_PER_BIN = 2.0
COLUMNS_PER_ROOT = 4.0
# Free room at either side, as a share of the range, so that a spike at the edge is seen.
MARGIN = 0.02
# A spike of one value (zeros, a constant start) that would make all else this much lower is cut instead.
MAX_SPIKE = 3.0
# Widths of buckets that are even but for rounding differ by less than this share.
EVEN = 1e-4


@dataclass(frozen=True)
class Ridges:
    """What one card draws: a row per histogram, the oldest first.

    Attributes:
        low: Left end of the x-range.
        high: Right end of the x-range, above `low`.
        peak: The share that is drawn at full height, above 0.
        is_cut: Whether some row rises above `peak`: a spike of one value, cut at the top.
        num_even_buckets: Buckets of every histogram if they all have the same number of equal width; else 0.
        edges_changed_row: The one row from which on the buckets have other edges; −1 if there is none.
        shares: Share of its histogram's values in each column of equal width. Shape ``(rows, columns)``,
            float32.
        statistics: A column for each field of `Statistics`, in that order. Shape ``(8, rows)``, float64.
    """

    low: float
    high: float
    peak: float
    is_cut: bool
    num_even_buckets: int
    edges_changed_row: int
    shares: NDArray[np.float32]
    statistics: NDArray[np.float64]


def current_points(steps: NDArray[np.int64], is_superseded: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Indices of the points that still count, in step order: no restart replaced them, nor a later point of their step.

    Args:
        steps: In the order of writing. Shape ``(n,)``.
        is_superseded: Whether a restart replaced each point. Shape ``(n,)``.
    """
    current = np.flatnonzero(~is_superseded)
    current = current[np.argsort(steps[current], kind="stable")]
    is_last_of_step = np.append(np.diff(steps[current]) != 0, True)[: current.size]
    latest: NDArray[np.int64] = current[is_last_of_step]
    return latest


def choose_steps(steps: NDArray[np.int64], is_flagged: NDArray[np.bool_], max_steps: int) -> NDArray[np.int64]:
    """Chooses the histograms to draw, spaced evenly over the steps.

    The first, the last and the flagged ones (non-finite values) are always kept. If these alone are too many,
    the first flagged one is kept and the others are thinned out evenly.

    Args:
        steps: Rising. Shape ``(n,)``.
        is_flagged: Shape ``(n,)``.
        max_steps: At most this many are chosen; at least 2.

    Returns:
        Indices into `steps`, rising.

    Raises:
        ValueError: If `max_steps` is below 2.
    """
    if max_steps < 2:
        raise ValueError(f"max_steps must be at least 2; got {max_steps}. The first and the last step are always kept.")
    if steps.size <= max_steps:
        return np.arange(steps.size)
    kept = np.union1d([0, steps.size - 1], _thinned(np.flatnonzero(is_flagged), max_steps - 2))
    chosen = kept
    for num_even in range(max_steps - kept.size + 2, 1, -1):
        chosen = np.union1d(kept, _nearest(steps, np.linspace(steps[0], steps[-1], num_even)))
        if chosen.size <= max_steps:
            return chosen
    return kept


def _thinned(indices: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    if indices.size <= most:
        return indices
    return indices[np.linspace(0, indices.size - 1, most).round().astype(np.int64)] if most else indices[:0]


def _nearest(steps: NDArray[np.int64], targets: NDArray[np.float64]) -> NDArray[np.int64]:
    """Index of the step nearest to each target; of two equally near, the earlier."""
    after = np.clip(np.searchsorted(steps, targets), 1, steps.size - 1)
    return np.where(targets - steps[after - 1] <= steps[after] - targets, after - 1, after)


def make_ridges(histograms: Sequence[Histogram], max_columns: int) -> Ridges:
    """Puts histograms of one tag on a common grid.

    Args:
        histograms: In step order; none make a card without rows.
        max_columns: Pixel columns of the plot. Fewer are used where there are few values.
    """
    rows = [make_buckets(histogram) for histogram in histograms]
    stats = [summarise(histogram, buckets) for histogram, buckets in zip(histograms, rows, strict=True)]
    statistics = np.array([[getattr(one, field.name) for one in stats] for field in fields(Statistics)], dtype=float)
    low, high = _common_range(rows)
    edges = np.linspace(low, high, _count_columns(stats, high - low, max_columns) + 1)
    shares = np.array([resample(row, edges) / row.num if row.num else edges[1:] * 0 for row in rows])
    shares = shares.reshape(len(rows), edges.size - 1)
    peak, is_cut = _scale(rows, edges, shares)
    return Ridges(
        low=low,
        high=high,
        peak=peak,
        is_cut=is_cut,
        num_even_buckets=_count_even_buckets(histograms),
        edges_changed_row=_find_change_of_edges(rows),
        shares=shares.astype(np.float32),
        statistics=statistics,
    )


def _common_range(rows: Sequence[Buckets]) -> tuple[float, float]:
    """Range of all rows with a margin; around 0 or around the value where there is no width to show."""
    ranges = np.array([value_range(row) for row in rows if row.counts.size])
    if not ranges.size:
        return -1.0, 1.0
    low, high = float(ranges[:, 0].min()), float(ranges[:, 1].max())
    margin = (high - low) * MARGIN
    # A range that is lost in the rounding of its own ends cannot be divided into columns.
    if margin <= max(abs(low), abs(high)) * 1e-12:
        margin = abs(high) / 2 or 0.5
    return low - margin, high + margin


def _count_columns(stats: Sequence[Statistics], span: float, max_columns: int) -> int:
    """As many columns as there are pixels, or as the number of values deserves.

    References:
        Scott 1979, "On optimal and data-based histograms", Biometrika 66(3): bins of 3.49 σ n^(−1/3).
    """
    spread = [one for one in stats if one.std > 0]
    if not spread:
        return max_columns
    num = np.array([one.num for one in spread])
    bins = span / (3.49 * np.array([one.std for one in spread])) * np.cbrt(num)
    wanted = float(np.median(np.minimum(COLUMNS_PER_BIN * bins, COLUMNS_PER_ROOT * np.sqrt(num))))
    return int(min(max(wanted, MIN_COLUMNS), max_columns))


def _scale(rows: Sequence[Buckets], edges: NDArray[np.float64], shares: NDArray[np.float64]) -> tuple[float, bool]:
    """The share drawn at full height, and whether spikes of one value rise above it."""
    tallest = float(shares.max(initial=0.0))
    others = max(
        (float(resample(rest, edges).max()) / row.num for row in rows if (rest := _without_spikes(row)).counts.size),
        default=0.0,
    )
    if others <= 0:
        return tallest or 1.0, False
    return (others, True) if tallest > MAX_SPIKE * others else (tallest, False)


def _without_spikes(buckets: Buckets) -> Buckets:
    """The buckets but for those that hold one value only, as that of the zeros."""
    is_spread = buckets.rights > buckets.lefts
    return Buckets(buckets.lefts[is_spread], buckets.rights[is_spread], buckets.counts[is_spread], buckets.num)


def _count_even_buckets(histograms: Sequence[Histogram]) -> int:
    sizes = {histogram.counts.size for histogram in histograms}
    is_even = len(sizes) == 1 and all(_has_even_buckets(histogram) for histogram in histograms)
    return sizes.pop() if is_even else 0


def _has_even_buckets(histogram: Histogram) -> bool:
    widths = histogram.rights - histogram.lefts
    return widths.size > 1 and bool(np.ptp(widths) <= widths.max() * EVEN)


def _find_change_of_edges(rows: Sequence[Buckets]) -> int:
    """The row at which the edges change, if they do so once and stay for at least two rows before and after."""
    pairs = zip(rows[:-1], rows[1:], strict=True)
    changes = [row for row, (one, other) in enumerate(pairs, start=1) if _cuts(one, other) or _cuts(other, one)]
    is_single = len(changes) == 1 and 2 <= changes[0] <= len(rows) - 2
    return changes[0] if is_single else -1


def _cuts(one: Buckets, other: Buckets) -> bool:
    """Whether an inner edge of one histogram lies inside a bucket of the other; so they have no common edges."""
    if not other.counts.size:
        return False
    edges = np.concatenate([one.lefts[1:], one.rights[:-1]])
    index = np.searchsorted(other.lefts, edges, side="right") - 1
    is_inside = (index >= 0) & (edges > other.lefts[index]) & (edges < other.rights[index])
    return bool(is_inside.any())
