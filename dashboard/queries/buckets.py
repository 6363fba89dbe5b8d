"""What the buckets of one logged histogram say: quantiles, moments, zeros, and the mass of each pixel column.

Logged buckets are uneven, may leave gaps, and their outermost edges may be unbounded or unknown. Where the
values lie inside a bucket nobody knows, so they are taken as spread evenly over it and over nothing else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from summaries import Histogram

# TensorFlow's outermost limits are ±DBL_MAX (1.8e308), beyond ±1e20: no width, and no square in a float64.
UNBOUNDED = 1e100
# TensorFlow's and torch's bucket [0, 1e-12) holds the zeros, unless all values are nearly that small: then it must be
# narrower than this share of the largest magnitude.
ZERO_WIDTH = 1.0001e-12
MAX_ZERO_SHARE = 1e-3


@dataclass(frozen=True)
class Buckets:
    """The buckets of a histogram that hold a value, in rising order and without overlap.

    Attributes:
        lefts: Shape ``(k,)``, float64, finite.
        rights: At or above `lefts`; equal where all values of the bucket are one value. Shape ``(k,)``.
        counts: Above 0. Shape ``(k,)``, float64.
        num: All values that were logged, non-finite ones included. At least the sum of `counts`.
    """

    lefts: NDArray[np.float64]
    rights: NDArray[np.float64]
    counts: NDArray[np.float64]
    num: float

    @property
    def num_finite(self) -> float:
        """Values that lie in a bucket."""
        return float(self.counts.sum())


@dataclass(frozen=True)
class Statistics:
    """What a histogram says in a few numbers.

    Attributes:
        mean: NaN where no value is finite.
        std: Of all values (n, not n − 1). NaN where no value is finite.
        median: By linear rank inside its bucket. NaN where no value is finite.
        min: Smallest finite value, or the edge of the lowest bucket.
        max: Largest finite value, or the edge of the highest bucket.
        zeros: Share of zeros among all values, in [0, 1]; NaN where the buckets are too wide to tell.
        num: Values logged, non-finite ones included.
        num_non_finite: Values in no bucket: NaN and ±Inf.
    """

    mean: float
    std: float
    median: float
    min: float
    max: float
    zeros: float
    num: float
    num_non_finite: float


def make_buckets(histogram: Histogram) -> Buckets:
    """Puts logged buckets into the one form that can be drawn; the counts are kept.

    Empty buckets are left out. A bucket with an unbounded or unknown edge stands at its other edge. Where
    buckets overlap, the lower one ends where the next begins. A bucket so narrow that it can only hold zeros
    stands at 0.
    """
    counts = np.where(np.isfinite(histogram.counts), histogram.counts, 0.0)
    is_used = counts > 0
    lefts, rights = _bounded(histogram.lefts[is_used], histogram.rights[is_used])
    order = np.argsort(lefts, kind="stable")
    lefts, rights, counts = lefts[order], rights[order], counts[is_used][order]
    rights[:-1] = np.minimum(rights[:-1], lefts[1:])
    largest = np.maximum(np.abs(lefts), np.abs(rights)).max(initial=0.0)
    is_zeros = _holds_zero(lefts, rights) & (rights - lefts <= min(ZERO_WIDTH, MAX_ZERO_SHARE * largest))
    lefts[is_zeros] = rights[is_zeros] = 0.0
    num = float(histogram.num) if np.isfinite(histogram.num) else 0.0
    return Buckets(lefts, rights, counts, max(num, float(counts.sum())))


def _bounded(
    lefts: NDArray[np.float64], rights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Edges that are finite and in order; comparisons with NaN are false, so it counts as unbounded."""
    has_left, has_right = np.abs(lefts) < UNBOUNDED, np.abs(rights) < UNBOUNDED
    either = np.where(has_left, lefts, np.where(has_right, rights, 0.0))
    other = np.where(has_right, rights, either)
    return np.minimum(either, other), np.maximum(either, other)


def quantiles(buckets: Buckets, shares: ArrayLike) -> NDArray[np.float64]:
    """Values below which a given share of the finite values lies, by linear rank inside the bucket.

    Args:
        buckets: May hold no value; then every quantile is NaN.
        shares: In [0, 1]. Shape ``(q,)``.

    Returns:
        Shape ``(q,)``, float64.
    """
    shares = np.asarray(shares, dtype=np.float64)
    if not buckets.counts.size:
        return np.full(shares.shape, np.nan)
    index, ranks, below = _find_ranks(buckets, shares)
    inside = np.clip((ranks - below) / buckets.counts[index], 0.0, 1.0)
    lefts, rights = buckets.lefts[index], buckets.rights[index]
    values: NDArray[np.float64] = np.minimum(lefts + inside * (rights - lefts), rights)  # rounding may go beyond
    return values


def _find_ranks(
    buckets: Buckets, shares: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """For each share: the index of the bucket that holds it, its rank, and the count below that bucket."""
    upto = np.cumsum(buckets.counts)
    ranks = shares * upto[-1]
    index = np.minimum(np.searchsorted(upto, ranks, side="left"), upto.size - 1)
    return index, ranks, upto[index] - buckets.counts[index]


def value_range(buckets: Buckets, low_share: float = 0.0001, high_share: float = 0.9999) -> tuple[float, float]:
    """Outer edges of the buckets that hold two quantiles; (NaN, NaN) where no value is finite."""
    if not buckets.counts.size:
        return np.nan, np.nan
    index, _, _ = _find_ranks(buckets, np.array([low_share, high_share]))
    return float(buckets.lefts[index[0]]), float(buckets.rights[index[1]])


def resample(buckets: Buckets, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Counts the values in each column of a grid.

    A bucket that crosses a column's edge is shared out by width; one without width falls into one column. So
    the counts of all columns sum to what lies between the first and the last edge, and a wide bucket stays a
    flat step: nothing is drawn that was not logged.

    Args:
        buckets: What to count.
        edges: Edges of the columns, rising. Shape ``(columns + 1,)``.

    Returns:
        Shape ``(columns,)``, float64.
    """
    is_point = buckets.rights <= buckets.lefts
    columns = np.zeros(edges.size - 1)
    if not is_point.all():
        lefts, rights, counts = (part[~is_point] for part in (buckets.lefts, buckets.rights, buckets.counts))
        upto = np.concatenate([[0.0], np.cumsum(counts)])
        corners = np.stack([lefts, rights], axis=1).ravel()
        columns += np.diff(np.interp(edges, corners, np.stack([upto[:-1], upto[1:]], axis=1).ravel()))
    if is_point.any():
        places = buckets.lefts[is_point]
        is_inside = (places >= edges[0]) & (places <= edges[-1])
        index = np.minimum(np.searchsorted(edges, places[is_inside], side="right") - 1, columns.size - 1)
        np.add.at(columns, index, buckets.counts[is_point][is_inside])
    return columns


def _share_of_zeros(buckets: Buckets) -> float:
    """Share of zeros among all values; NaN where the bucket that holds them holds other values too."""
    is_around = _holds_zero(buckets.lefts, buckets.rights)
    if (is_around & (buckets.rights > buckets.lefts)).any():
        return math.nan
    return float(buckets.counts[is_around].sum()) / max(buckets.num, 1.0)


def _holds_zero(lefts: NDArray[np.float64], rights: NDArray[np.float64]) -> NDArray[np.bool_]:
    is_inside: NDArray[np.bool_] = (lefts <= 0) & ((rights > 0) | ((lefts == 0) & (rights == 0)))
    return is_inside


def summarise(histogram: Histogram, buckets: Buckets) -> Statistics:
    """Statistics of a histogram; `buckets` are its own, as `make_buckets` gives them."""
    num_non_finite = float(np.round(buckets.num - buckets.num_finite))
    mean, std = _moments(histogram, buckets)
    has_values = bool(buckets.counts.size)
    return Statistics(
        mean=mean,
        std=std,
        median=float(quantiles(buckets, [0.5])[0]),
        min=float(buckets.lefts[0]) if has_values else np.nan,
        max=float(buckets.rights[-1]) if has_values else np.nan,
        zeros=_share_of_zeros(buckets),
        num=buckets.num,
        num_non_finite=num_non_finite,
    )


def _moments(histogram: Histogram, buckets: Buckets) -> tuple[float, float]:
    """Mean and standard deviation: from the logged sums where that gives finite ones, else from the buckets."""
    if not buckets.counts.size:
        return np.nan, np.nan
    with np.errstate(over="ignore"):  # counts may be less than one
        means = np.array([histogram.sum, histogram.sum_squares]) / buckets.num_finite
    if not np.isfinite(means).all():
        means = _sums_of(buckets) / buckets.num_finite
    mean, mean_square = means.tolist()
    # Sums that were made in float32 may leave more than the values can spread; half their range is the most.
    half_range = float(buckets.rights[-1] - buckets.lefts[0]) / 2
    return mean, min(float(np.sqrt(max(mean_square - mean * mean, 0.0))), half_range)


def _sums_of(buckets: Buckets) -> NDArray[np.float64]:
    """Sum and sum of squares of values spread evenly over their buckets. Shape ``(2,)``."""
    middles = (buckets.lefts + buckets.rights) / 2
    widths = buckets.rights - buckets.lefts
    return np.array([buckets.counts @ middles, buckets.counts @ (middles**2 + widths**2 / 12)])
