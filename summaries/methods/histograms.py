"""Histograms: of an array, counted already, or counted on the device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from summaries import adapters, buckets
from summaries.events import encode_event
from summaries.kinds import HISTOGRAMS
from summaries.kinds.histograms import encode_buckets, encode_rows
from summaries.methods.base import Methods
from summaries.values import check_bins, check_dtype, check_real, check_shape, keep_array, to_step, to_time

Bins = str | int | Sequence[float]


class HistogramMethods(Methods):
    """Methods of the writer that log how values are distributed."""

    def add_histogram(
        self,
        tag: str,
        values: Any,
        global_step: int | None = None,
        bins: Bins = "tensorflow",
        walltime: float | None = None,
        max_bins: int | None = None,
        *,
        copy: bool = False,
    ) -> None:
        """Logs how the values of an array are distributed; they are counted in the background.

        Values that are not finite are in the histogram's `num` and in no bucket.

        Args:
            tag: Name of the series; `/` groups.
            values: Real numbers of any shape. NumPy arrays are copied; JAX arrays are fetched later.
            global_step: The step, 0 if None.
            bins: `tensorflow` for TensorFlow's buckets, a rule of `numpy.histogram_bin_edges`, a number of buckets, or
                edges.
            walltime: Seconds since the Unix epoch, now if None.
            max_bins: About how many buckets there are at most; None for any number.
            copy: Whether to copy a JAX array on its device, since it will be donated to a compiled function.

        Raises:
            ValueError: If there are no values or they are not real numbers, or there are no such bins.
        """
        step, wall_time = to_step(global_step), to_time(walltime)
        kept = keep_array(values, copy=copy)
        check_real("values", kept)
        check_bins(bins, max_bins)

        def encode() -> bytes:
            blob = encode_buckets(tag, *buckets.bucket_values(adapters.to_numpy(kept), bins, max_bins))
            return encode_event(wall_time, step, HISTOGRAMS.envelope(blob))

        self._submit((tag,), step, encode, num_bytes=kept.nbytes, arrays=[kept])

    def add_histogram_raw(
        self,
        tag: str,
        min: float,
        max: float,
        num: float,
        sum: float,
        sum_squares: float,
        bucket_limits: npt.ArrayLike,
        bucket_counts: npt.ArrayLike,
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Logs a histogram that has been counted already.

        Args:
            tag: Name of the series; `/` groups.
            min: Smallest value.
            max: Largest value.
            num: How many values there were.
            sum: Their sum.
            sum_squares: The sum of their squares.
            bucket_limits: Right edge of each bucket, ascending. Shape (k,).
            bucket_counts: How many values lie in each. Shape (k,).
            global_step: The step, 0 if None.
            walltime: Seconds since the Unix epoch, now if None.

        Raises:
            ValueError: If limits and counts differ in shape, or the limits do not ascend.
        """
        limits, counts = np.array(bucket_limits, dtype=np.float64), np.array(bucket_counts, dtype=np.float64)
        if limits.ndim != 1 or limits.shape != counts.shape:
            raise ValueError(
                f"bucket_limits and bucket_counts must be of one shape (k,); got {limits.shape} and {counts.shape}."
            )
        if not np.all(np.diff(limits) >= 0):
            raise ValueError(f"bucket_limits must be in ascending order; got {bucket_limits!r}. Sort both.")
        step, wall_time = to_step(global_step), to_time(walltime)
        moments = np.array([min, max, num, sum, sum_squares], dtype=np.float64)
        blob = encode_buckets(tag, moments, limits, counts)
        self._submit(
            (tag,), step, lambda: encode_event(wall_time, step, HISTOGRAMS.envelope(blob)), num_bytes=len(blob)
        )

    def add_histograms_at(
        self, step: int, tags: Sequence[str], counts: Any, moments: Any, *, walltime: float | None = None
    ) -> None:
        """Logs histograms that have been counted over the standard buckets already, in one event.

        Args:
            step: The step.
            tags: Length t.
            counts: Over `HISTOGRAM_LIMITS`. Shape (t, 1551). NumPy arrays are copied; JAX arrays are fetched later.
            moments: min, max, num, sum, sum of squares of each. Values that are not finite belong in `num` only. Shape
                (t, 5).
            walltime: Seconds since the Unix epoch, now if None.

        Raises:
            ValueError: If the shapes do not fit, or an element is no real number.
        """
        step, wall_time = to_step(step), to_time(walltime)
        kept_counts, kept_moments = keep_array(counts), keep_array(moments)
        check_dtype("counts", kept_counts)
        check_dtype("moments", kept_moments)
        check_shape("counts", kept_counts, (len(tags), len(buckets.HISTOGRAM_LIMITS)))
        check_shape("moments", kept_moments, (len(tags), 5))
        names = tuple(tags)

        def encode() -> bytes:
            moments, counts = adapters.to_numpy(kept_moments), adapters.to_numpy(kept_counts)
            blobs = encode_rows(names, moments, buckets.HISTOGRAM_LIMITS, counts)
            return encode_event(wall_time, step, b"".join(HISTOGRAMS.envelope(blob) for blob in blobs))

        num_bytes = kept_counts.nbytes + kept_moments.nbytes
        self._submit(names, step, encode, num_bytes=num_bytes, arrays=[kept_counts, kept_moments])
