"""Where the points of a series stand on an x-axis, and which of them lie in a range of it.

A range of ten million points is found by bisection: positions are worked out for the points that are asked for only.

Synopsis:
    >>> from summaries.series import Piece, make_series
    >>> series = make_series([Piece.make([0, 10, 20, 30]), Piece.make([20, 30, 40])])
    >>> x = Positions.make(series, "step")
    >>> [(segment.find_range(15, 30), segment.is_superseded) for segment in iter_segments(series, x)]
    [((2, 2), False), ((0, 2), True), ((0, 2), False)]
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from summaries import Series

XAxis = Literal["step", "relative", "wall"]
Rows = slice | NDArray[np.int64]


@dataclass(frozen=True)
class Positions:
    """Position of each point of a series: `x[rows]` is a new array of float64.

    Attributes:
        column: Steps, wall times, or any numbers; what is at none of them is NaN. Shape ``(n,)``.
        origin: Where the axis begins, in the same unit.
    """

    column: NDArray[np.int64] | NDArray[np.float64]
    origin: float = 0.0

    @staticmethod
    def make(series: Series, x_axis: str, first_wall_time: float = 0.0) -> Positions:
        """Positions on an `XAxis`: the step, seconds since `first_wall_time`, or the wall time."""
        if x_axis == "step":
            return Positions(series.steps)
        return Positions(series.wall_times, first_wall_time if x_axis == "relative" else 0.0)

    def __getitem__(self, rows: Rows) -> NDArray[np.float64]:
        if not self.origin:
            return self.column[rows].astype(np.float64)
        with np.errstate(over="ignore"):  # clocks can say anything
            return np.subtract(self.column[rows], self.origin, dtype=np.float64)


@dataclass(frozen=True)
class Segment:
    """The points of a segment from left to right; a *place* counts them so.

    Attributes:
        x: Where the points of the whole series stand.
        first: Row of the segment's first point.
        order: Rows from left to right, shape ``(size,)``; None where that is the order of logging.
        size: How many points have a finite position.
        bad_places: Places of points whose value is NaN or infinite. Shape ``(k,)``, rising.
        is_superseded: Whether a restart replaced the segment.
    """

    x: Positions
    first: int
    order: NDArray[np.int64] | None
    size: int
    bad_places: NDArray[np.int64]
    is_superseded: bool

    def rows(self, low: int, high: int) -> Rows:
        """Rows of the series at the places from `low` to before `high`."""
        return slice(self.first + low, self.first + high) if self.order is None else self.order[low:high]

    def row_at(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of the series at some places. Same shape."""
        return self.first + places if self.order is None else self.order[places]

    @property
    def extent(self) -> tuple[float, float]:
        """Positions of the first and the last point; the segment must have one."""
        return self._position(0), self._position(self.size - 1)

    @property
    def first_positive(self) -> float:
        """The least position above 0; infinite if there is none."""
        place = bisect_right(range(self.size), 0.0, key=self._position)
        return self._position(place) if place < self.size else math.inf

    def find_range(self, start: float, stop: float) -> tuple[int, int]:
        """Places ``(low, high)``: the points from `low` to before `high` lie between two positions, both included."""
        places = range(self.size)
        low = 0 if start == -np.inf else bisect_left(places, start, key=self._position)
        high = self.size if stop == np.inf else bisect_right(places, stop, key=self._position)
        return low, max(low, high)

    def _position(self, place: int) -> float:
        row = self.first + place if self.order is None else self.order[place]
        return float(self.x.column[row]) - self.x.origin


def iter_segments(series: Series, x: Positions) -> Iterator[Segment]:
    """Yields the segments of a series that have a point with a finite position.

    Programs log out of order and wall clocks jump back, so the order of logging need not be that of positions.
    """
    bounds = [*series.segment_starts.tolist(), len(series)]
    for first, last, is_superseded in zip(bounds[:-1], bounds[1:], series.superseded.tolist(), strict=True):
        bad = series.non_finite
        if len(bounds) > 2:
            bad = bad[slice(*np.searchsorted(bad, (first, last)))]
        segment = _sort(x, first, last, bad, is_superseded)
        if segment.size:
            yield segment


def _sort(x: Positions, first: int, last: int, bad_rows: NDArray[np.int64], is_superseded: bool) -> Segment:
    column = x.column[first:last]
    if np.all(column[1:] >= column[:-1]) and math.isfinite(column[0]) and math.isfinite(column[-1]):
        return Segment(x, first, None, last - first, bad_rows - first, is_superseded)
    rows = first + np.flatnonzero(np.isfinite(column))
    order = rows[np.argsort(x.column[rows], kind="stable")]
    is_bad = np.zeros(last - first, dtype=bool)
    is_bad[bad_rows - first] = True
    return Segment(x, first, order, order.size, np.flatnonzero(is_bad[order - first]), is_superseded)
