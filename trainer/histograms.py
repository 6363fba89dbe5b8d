"""Histograms of many tensors at once, on the device: one scatter counts the values of all of them.

A float's upper 16 bits name a bin that is at most 0.8 % wide, while the limits of the buckets lie 10 % apart, so a bin
holds at most one limit: a table gives the bucket of the bin's lowest value, and one comparison decides the rest.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from summaries.buckets import HISTOGRAM_LIMITS
from trainer.protocols import Array

NUM_MOMENTS = 5  # min, max, num, sum, sum of squares
MAX_SMALL = 1 << 12
_NOWHERE = np.iinfo(np.int32).max


def count_tensors(tensors: Sequence[Array]) -> tuple[Array, Array, Array]:
    """Counts the finite values of each tensor.

    Args:
        tensors: Arrays of any shape; counted as float32.

    Returns:
        Counts ``(tensors, buckets)`` int32 over `HISTOGRAM_LIMITS`, and moments ``(tensors, 5)`` float32: minimum,
        maximum, number, sum, sum of squares. Values that are not finite are in the number and in nothing else;
        minimum and maximum are NaN where no value is finite. Then the shares of zeros and of values that are not
        finite, ``(tensors, 2)`` float32.
    """
    flat = [jnp.ravel(tensor).astype(jnp.float32) for tensor in tensors]
    groups = _groups([values.size for values in flat])
    joined = [jnp.concatenate([flat[row] for row in rows]) for rows in groups]
    sizes = [np.array([flat[row].size for row in rows]) for rows in groups]
    measured = [_measure_rows(_as_rows(*group), group[1]) for group in zip(joined, sizes, strict=True)]
    counts = _count(joined, sizes)
    moments, shares = _complete(jnp.concatenate(measured), np.concatenate(sizes), jnp.sum(counts, axis=1))
    order = np.argsort(np.concatenate(groups), kind="stable")
    return counts[order], moments[order], shares[order]


def _groups(sizes: Sequence[int]) -> list[list[int]]:
    """Each large tensor alone, and all small ones together.

    Each reduction costs a CPU as much as 2,000 values do, and each tensor of its own 0.04 s of compilation.
    """
    small = [row for row, size in enumerate(sizes) if size <= MAX_SMALL]
    return [[row] for row, size in enumerate(sizes) if size > MAX_SMALL] + ([small] if small else [])


def _count(joined: Sequence[Array], sizes: Sequence[np.ndarray]) -> Array:
    """Bucket counts ``(tensors, buckets)`` int32 of the tensors of all groups, in the order of the groups."""
    num_buckets = len(HISTOGRAM_LIMITS)
    places, num_rows = [], 0
    for values, group in zip(joined, sizes, strict=True):
        rows = num_rows + (np.repeat(np.arange(len(group)), group) if len(group) > 1 else 0)
        place = _bucket_of(values) + np.int32(rows * num_buckets)
        places.append(jnp.where(jnp.isfinite(values), place, _NOWHERE))
        num_rows += len(group)
    counts = jnp.zeros(num_rows * num_buckets, jnp.int32)
    counts = counts.at[jnp.concatenate(places)].add(1, mode="drop")
    return counts.reshape(num_rows, num_buckets)


def _bucket_of(values: Array) -> Array:
    """Number of limits not above each value; non-finite values get any bucket."""
    lowest, limits = _tables()
    key = jax.lax.bitcast_convert_type(values, jnp.uint32) >> 16
    bucket = jnp.asarray(lowest)[key].astype(jnp.int32)
    return bucket + (values >= jnp.asarray(limits)[bucket])


def _as_rows(joined: Array, sizes: np.ndarray) -> Array:
    """Each tensor of a group as a row, filled up with values that mean nothing, ``(rows, largest size)``."""
    if len(sizes) == 1:
        return joined[None]
    starts = np.cumsum(sizes) - sizes
    places = starts[:, None] + np.arange(sizes.max())
    return joined[np.minimum(places, len(joined) - 1)]


def _measure_rows(rows: Array, sizes: np.ndarray) -> Array:
    """Minimum, maximum, sum, sum of squares and number of zeros of the first values of each row, ``(rows, 5)``."""
    is_real = np.arange(rows.shape[1]) < sizes[:, None]
    is_finite = jnp.isfinite(rows) & is_real
    finite = jnp.where(is_finite, rows, 0.0)
    lowest = jnp.min(jnp.where(is_finite, rows, jnp.inf), axis=1)
    highest = jnp.max(jnp.where(is_finite, rows, -jnp.inf), axis=1)
    num_zeros = jnp.sum((rows == 0.0) & is_real, axis=1)
    sums = jnp.sum(finite, axis=1), jnp.sum(finite * finite, axis=1)
    return jnp.stack([lowest, highest, *sums, num_zeros.astype(jnp.float32)], axis=1)


def _complete(measured: Array, sizes: np.ndarray, num_finite: Array) -> tuple[Array, Array]:
    """Moments ``(tensors, 5)`` and shares ``(tensors, 2)``; `measured` is as `_measure_rows` gives it.

    The finite values are those in the buckets: counting them once more would take a tenth of the memory of a dump.
    """
    lowest, highest, total, squares, num_zeros = measured.T
    numbers = sizes.astype(np.float32)
    bounds = [jnp.where(num_finite > 0, bound, jnp.nan) for bound in (lowest, highest)]
    # The share of what is not finite is exactly 0 where all are, which 1 - a / b is not.
    shares = [num_zeros / numbers, (sizes - num_finite) / numbers]
    return jnp.stack([*bounds, jnp.asarray(numbers), total, squares], axis=1), jnp.stack(shares, axis=1)


@functools.cache
def _tables() -> tuple[np.ndarray, np.ndarray]:
    """Bucket of the lowest value of each bin ``(65536,)`` int16, and the limits ``(buckets,)`` float32.

    A limit is rounded up to float32, which keeps ``value >= limit`` the same for every float32 value.
    """
    limits = round_up(np.asarray(HISTOGRAM_LIMITS, np.float64))
    keys = np.arange(1 << 16, dtype=np.uint32) << 16
    is_negative = keys >= 1 << 31
    # The magnitude grows with the bits, so the lowest value of a negative bin has all lower bits set.
    lowest = np.where(is_negative, keys | 0xFFFF, keys).astype(np.uint32).view(np.float32)
    buckets = np.searchsorted(limits, lowest, side="right")
    return np.minimum(buckets, len(limits) - 1).astype(np.int16), limits


def round_up(values: np.ndarray) -> Any:
    """The smallest float32 not below each float64."""
    with np.errstate(over="ignore"):
        rounded = values.astype(np.float32)
        return np.where(rounded < values, np.nextafter(rounded, np.float32(np.inf)), rounded)
