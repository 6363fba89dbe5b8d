"""What is counted of an event file's rows as they come, so that a list of runs needs none of them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from summaries import Batch
from summaries.kinds import RUN_KINDS


@dataclass(frozen=True)
class Tally:
    """Counts of what belongs to tags, rather than to the run as a whole.

    Attributes:
        num_points: Scalars.
        first_wall_time: Of scalars and blobs, in seconds since the Unix epoch; NaN if there are none.
        last_wall_time: Likewise.
    """

    num_points: int = 0
    first_wall_time: float = math.nan
    last_wall_time: float = math.nan


def count_batch(batch: Batch) -> Tally:
    """The tally of what a batch brings."""
    return add_tallies([_count(batch.wall_times, batch.steps.size), _count(_times_of_blobs(batch), 0)])


def add_tallies(tallies: Iterable[Tally]) -> Tally:
    """The tally of all together."""
    num_points, first, last = 0, math.inf, -math.inf
    for tally in tallies:
        num_points += tally.num_points
        if not math.isnan(tally.first_wall_time):
            first, last = min(first, tally.first_wall_time), max(last, tally.last_wall_time)
    return Tally(num_points) if first > last else Tally(num_points, first, last)


def _count(wall_times: NDArray[np.float64], num_points: int) -> Tally:
    if not wall_times.size:
        return Tally()
    return Tally(num_points, float(np.fmin.reduce(wall_times)), float(np.fmax.reduce(wall_times)))


def _times_of_blobs(batch: Batch) -> NDArray[np.float64]:
    if not batch.blob_steps.size:
        return batch.blob_wall_times
    is_point = np.array([tag.kind not in RUN_KINDS for tag in batch.tags], dtype=bool)
    times: NDArray[np.float64] = batch.blob_wall_times[np.repeat(is_point, np.diff(batch.blob_starts))]
    return times
