"""Counts the values of an array into buckets.

The standard buckets are TensorFlow's: limits at 0, at plus and minus 1e-12 times the powers of 1.1 below 1e20, and at
plus and minus the largest float64. Bucket i holds the values in [limit i - 1, limit i).

Synopsis:
    >>> counts, moments = count_values(np.array([0.5, 0.5, 2.0]))
    >>> int(counts.sum()), moments.tolist()
    (3, [0.5, 2.0, 3.0, 3.0, 4.5])
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from summaries.columns import Floats, Ints
from summaries.counting import Cells, count_in_cells, get_moments, make_cells


def _make_limits() -> Floats:
    """TensorFlow's limits, by repeated multiplication, as its code makes them."""
    positive = []
    limit = 1e-12
    while limit < 1e20:
        positive.append(limit)
        limit *= 1.1
    positive.append(sys.float_info.max)
    return np.array([*(-limit for limit in reversed(positive)), 0.0, *positive])


HISTOGRAM_LIMITS: Floats = _make_limits()
"""Right edges of the standard buckets. Shape (1551,), ascending."""
HISTOGRAM_LIMITS.setflags(write=False)


def count_values(values: npt.NDArray[Any]) -> tuple[Ints, Floats]:
    """Counts values into the standard buckets.

    Args:
        values: Real numbers of any shape.

    Returns:
        `(counts, moments)`: counts over `HISTOGRAM_LIMITS`, shape (1551,), int64; and min, max, num, sum, sum of
        squares, shape (5,). Values that are not finite are in `num` and in nothing else; min and max are NaN where no
        value is finite.

    Raises:
        ValueError: If there are no values, or they are not real numbers.
    """
    flat = as_real_vector(values)
    return count_in_cells(flat, _find_cells(flat.dtype))


@cache
def _find_cells(dtype: np.dtype[Any]) -> Cells:
    return make_cells(HISTOGRAM_LIMITS, dtype)


def bucket_values(
    values: npt.NDArray[Any], bins: str | int | Sequence[float] = "tensorflow", max_bins: int | None = None
) -> tuple[Floats, Floats, Ints]:
    """Counts values into buckets of any rule.

    Args:
        values: Real numbers of any shape.
        bins: `tensorflow` for the standard buckets, a rule of `numpy.histogram_bin_edges`, a number of buckets, or
            edges.
        max_bins: About how many buckets there are at most; None for any number.

    Returns:
        `(moments, limits, counts)` of shapes (5,), (k,), (k,); the moments are those of `count_values`, the limits
        right edges.

    Raises:
        ValueError: If there are no values, they are not real numbers, or there is no such rule.
    """
    if isinstance(bins, str) and bins == "tensorflow":
        counts, moments = count_values(values)
        limits, num_outer = HISTOGRAM_LIMITS, (2, 1)  # those that reach to the largest float64, and stay alone
    else:
        flat = as_real_vector(values)
        moments = get_moments(flat)
        counts, limits = count_by_rule(flat, bins)
        num_outer = (1, 0)
    if max_bins is not None:
        counts, limits = merge_buckets(counts, limits, max_bins, num_outer)
    return moments, limits, counts


def as_real_vector(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """`values` flattened, as float32 or float64, whichever holds them exactly (integers beyond 2**53 are rounded).

    Raises:
        ValueError: If there are no values, or they are not real numbers.
    """
    flat = np.asarray(values).reshape(-1)
    if flat.dtype.kind == "V" or flat.dtype.name == "bfloat16":  # bfloat16 and the float8 types of ml_dtypes
        flat = flat.astype(np.float32)
    if flat.dtype.kind not in "fiub":
        raise ValueError(f"values must be real numbers; got dtype {flat.dtype}.")
    if len(flat) == 0:
        raise ValueError(f"values must not be empty; got shape {np.shape(values)}.")
    if flat.dtype == np.float32:
        return flat
    return flat.astype(np.float32 if flat.dtype == np.float16 else np.float64, copy=False)


def count_by_rule(values: npt.NDArray[Any], bins: str | int | Sequence[float]) -> tuple[Ints, Floats]:
    """Counts the finite values into the buckets of one of NumPy's rules.

    Args:
        values: From `as_real_vector`.
        bins: A rule of `numpy.histogram_bin_edges`, a number of buckets, or edges.

    Returns:
        `(counts, limits)`: limits are right edges; the first bucket is empty and ends at the left edge of the next.

    Raises:
        ValueError: If NumPy does not know the rule, or the edges do not ascend.
    """
    finite = values[np.isfinite(values)].astype(np.float64, copy=False)  # as torch: the edges are float64's
    counts, edges = np.histogram(finite, bins=bins)
    return np.concatenate([[0], counts]), edges.astype(np.float64)


def merge_buckets(counts: Ints, limits: Floats, max_bins: int, num_outer: tuple[int, int]) -> tuple[Ints, Floats]:
    """Joins neighbouring buckets so that at most about `max_bins` are left, as torch's writer does.

    Args:
        counts: Shape (k,).
        limits: Right edges. Shape (k,).
        max_bins: How many.
        num_outer: How many at either end are left alone.
    """
    first, last = num_outer[0], len(counts) - num_outer[1]
    width = (last - first) // max_bins
    if last - first <= max_bins or width <= 1:
        return counts, limits
    starts = np.arange(first, last, width)
    ends = np.minimum(starts + width, last) - 1
    merged = np.concatenate([counts[:first], np.add.reduceat(counts[:last], starts), counts[last:]])
    return merged, np.concatenate([limits[:first], limits[ends], limits[last:]])
