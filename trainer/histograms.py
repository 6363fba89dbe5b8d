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


def shares_of(tensors: Sequence[Array]) -> Array:
    """The shares of zeros and of values that are not finite in each tensor, ``(tensors, 2)`` float32."""
    return jnp.stack(
        [jnp.stack([jnp.mean(values == 0.0), jnp.mean(~jnp.isfinite(values))]) for values in map(_flat, tensors)]
    )


def count_tensors(tensors: Sequence[Array]) -> tuple[Array, Array]:
    """Counts the finite values of each tensor.

    Args:
        tensors: Arrays of any shape; counted as float32.

    Returns:
        Counts ``(tensors, buckets)`` int32 over `HISTOGRAM_LIMITS`, and moments ``(tensors, 5)`` float32: minimum,
        maximum, number, sum, sum of squares. Values that are not finite are in the number and in nothing else;
        minimum and maximum are NaN where no value is finite.
    """
    num_buckets = len(HISTOGRAM_LIMITS)
    flat = [_flat(tensor) for tensor in tensors]
    places = jnp.concatenate([_bucket_of(values) + row * num_buckets for row, values in enumerate(flat)])
    is_finite = jnp.concatenate([jnp.isfinite(values) for values in flat])
    counts = jnp.zeros(len(flat) * num_buckets, jnp.int32).at[places].add(is_finite.astype(jnp.int32), mode="drop")
    return counts.reshape(len(flat), num_buckets), jnp.stack([_moments(values) for values in flat])


def _flat(tensor: Array) -> Array:
    return jnp.ravel(tensor).astype(jnp.float32)


def _bucket_of(values: Array) -> Array:
    """Number of limits not above each value; non-finite values get any bucket."""
    lowest, limits = _tables()
    key = jax.lax.bitcast_convert_type(values, jnp.uint32) >> 16
    bucket = jnp.asarray(lowest)[key].astype(jnp.int32)
    return bucket + (values >= jnp.asarray(limits)[bucket])


def _moments(values: Array) -> Array:
    is_finite = jnp.isfinite(values)
    finite = jnp.where(is_finite, values, 0.0)
    lowest = jnp.min(jnp.where(is_finite, values, jnp.inf))
    highest = jnp.max(jnp.where(is_finite, values, -jnp.inf))
    is_any = jnp.any(is_finite)
    return jnp.stack(
        [
            jnp.where(is_any, lowest, jnp.nan),
            jnp.where(is_any, highest, jnp.nan),
            jnp.float32(values.size),
            jnp.sum(finite),
            jnp.sum(finite * finite),
        ]
    )


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
