"""The values of one series at the steps of another.

Synopsis:
    >>> lookup = Lookup.make(np.array([0, 10, 20]), np.array([1.0, 2.0, 6.0]))
    >>> lookup.at(np.array([0, 5, 20, 30])).tolist()
    [1.0, 1.5, 6.0, nan]
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from summaries import Series

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Places = Ints | Floats
"""Steps, or positions of another kind."""


@dataclass(frozen=True)
class Lookup:
    """What a series holds at any step between its first and its last.

    Attributes:
        steps: Rising, each once. Shape ``(n,)``.
        values: The value logged last at each. Shape ``(n,)``, float64.
    """

    steps: Places
    values: Floats

    @staticmethod
    def make(steps: Places, values: Floats) -> Lookup:
        """From points in any order; of several at one step the last counts."""
        if steps.size < 2 or bool((steps[1:] > steps[:-1]).all()):
            return Lookup(steps, values)
        order = np.argsort(steps, kind="stable")
        steps, values = steps[order], values[order]
        is_last = np.append(steps[1:] > steps[:-1], True)
        return Lookup(steps[is_last], values[is_last])

    def covers(self, steps: Places) -> Bools:
        """Whether each step lies between the first and the last one. Same shape."""
        if not self.steps.size:
            return np.zeros(steps.shape, dtype=bool)
        covered: Bools = (steps >= self.steps[0]) & (steps <= self.steps[-1])
        return covered

    def at(self, steps: Places) -> Floats:
        """The value at each step, linear between neighbours; NaN outside, and beside a NaN. Same shape."""
        if np.array_equal(steps, self.steps):
            return self.values
        if not self.steps.size:
            return np.full(steps.shape, np.nan)
        with np.errstate(invalid="ignore", over="ignore"):
            return np.interp(steps, self.steps, self.values, left=np.nan, right=np.nan)


def look_up(series: Series, *, is_finite: bool = False) -> Lookup:
    """A lookup in the points that no restart replaced; only in the finite ones, if so asked."""
    current = series.current()
    if not (is_finite and current.non_finite.size):
        return Lookup.make(current.steps, current.values)
    rows = np.isfinite(current.values)
    return Lookup.make(current.steps[rows], current.values[rows])


def cut(series: Series, values: Floats, is_kept: Bools) -> Series:
    """A series with other values, of which only some points are kept; a gap begins a new segment.

    Args:
        series: All points of a run and tag.
        values: Its values. Shape ``(n,)``.
        is_kept: Which points. Shape ``(n,)``.
    """
    rows = np.flatnonzero(is_kept)
    segments = np.searchsorted(series.segment_starts, rows, "right") - 1
    is_start = np.ones(rows.size, dtype=bool)
    is_start[1:] = (np.diff(rows) > 1) | (np.diff(segments) > 0)
    starts = np.flatnonzero(is_start)
    return Series(
        steps=series.steps[rows],
        wall_times=series.wall_times[rows],
        values=values[rows],
        segment_starts=starts,
        superseded=series.superseded[segments[starts]],
        non_finite=np.flatnonzero(~np.isfinite(values[rows])),
    )
