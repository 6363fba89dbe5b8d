"""What the buckets of one logged histogram say: quantiles, moments, zeros, and the mass of each pixel column.

Logged buckets are uneven, may leave gaps, and their outermost edges may be unbounded or unknown. Where the
values lie inside a bucket nobody knows, so they are taken as spread evenly over it and over nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from summaries import Histogram

# TensorFlow's outermost limits are ±DBL_MAX (1.8e308), beyond ±1e20: no width, and no square in a float64.
UNBOUNDED = 1e100
# A bucket around zero counts as "zeros" only if it is this much narrower than the largest magnitude.
MAX_ZERO_WIDTH = 1e-3


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
    buckets overlap, the lower one ends where the next begins.
    """
    counts = np.where(np.isfinite(histogram.counts), histogram.counts, 0.0)
    is_used = counts > 0
    lefts, rights = _bounded(histogram.lefts[is_used], histogram.rights[is_used])
    order = np.argsort(lefts, kind="stable")
    lefts, rights, counts = lefts[order], rights[order], counts[is_used][order]
    rights[:-1] = np.minimum(rights[:-1], lefts[1:])
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
    return buckets.lefts[index] + inside * (buckets.rights[index] - buckets.lefts[index])


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


def zeros_bucket(buckets: Buckets) -> int | None:
    """Index of the bucket that holds the zeros; None where there are none, or where the buckets cannot tell."""
    index = _around_zero(buckets)
    return index if index is not None and _tells_zeros(buckets, index) else None


def _around_zero(buckets: Buckets) -> int | None:
    is_around = (buckets.lefts <= 0) & ((buckets.rights > 0) | ((buckets.lefts == 0) & (buckets.rights == 0)))
    return int(np.argmax(is_around)) if is_around.any() else None


def _tells_zeros(buckets: Buckets, index: int) -> bool:
    """TensorFlow's bucket [0, 1e-12) tells zeros from weights, but not from values that are all that small."""
    magnitude = max(abs(buckets.lefts[0]), abs(buckets.rights[-1]))
    return bool(buckets.rights[index] - buckets.lefts[index] <= MAX_ZERO_WIDTH * magnitude)


def summarise(histogram: Histogram, buckets: Buckets) -> Statistics:
    """Statistics of a histogram; `buckets` are its own, as `make_buckets` gives them."""
    num_non_finite = float(np.round(buckets.num - buckets.num_finite))
    mean, std = _moments(histogram, buckets)
    index = _around_zero(buckets)
    zeros = 0.0 if index is None else np.nan
    if index is not None and _tells_zeros(buckets, index):
        zeros = float(buckets.counts[index]) / buckets.num
    has_values = bool(buckets.counts.size)
    return Statistics(
        mean=mean,
        std=std,
        median=float(quantiles(buckets, [0.5])[0]),
        min=float(buckets.lefts[0]) if has_values else np.nan,
        max=float(buckets.rights[-1]) if has_values else np.nan,
        zeros=zeros,
        num=buckets.num,
        num_non_finite=num_non_finite,
    )


def _moments(histogram: Histogram, buckets: Buckets) -> tuple[float, float]:
    """Mean and standard deviation: from the logged sums where these are finite, else from the buckets."""
    if not buckets.counts.size:
        return np.nan, np.nan
    sums = np.array([histogram.sum, histogram.sum_squares])
    if not np.isfinite(sums).all():
        sums = _sums_of(buckets)
    mean, mean_square = (float(total) for total in sums / buckets.num_finite)
    # Sums that were made in float32 may leave more than the values can spread; half their range is the most.
    half_range = float(buckets.rights[-1] - buckets.lefts[0]) / 2
    return mean, min(float(np.sqrt(max(mean_square - mean * mean, 0.0))), half_range)


def _sums_of(buckets: Buckets) -> NDArray[np.float64]:
    """Sum and sum of squares of values spread evenly over their buckets. Shape ``(2,)``."""
    middles = (buckets.lefts + buckets.rights) / 2
    widths = buckets.rights - buckets.lefts
    return np.array([buckets.counts @ middles, buckets.counts @ (middles**2 + widths**2 / 12)])
