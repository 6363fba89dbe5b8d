"""What a series does between two positions, of the raw points that no restart replaced.

Synopsis:
    >>> from summaries.series import Piece, make_series
    >>> series = make_series([Piece.make([0, 1, 2, 3], [5.0, 3.0, np.nan, 2.0])])
    >>> facts = describe_range(series, Positions.make(series, "step"), 1, np.inf)
    >>> facts.start, facts.stop, facts.delta, facts.mean, facts.slope, facts.num_nan
    (3.0, 2.0, -1.0, 2.5, -0.5, 1)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.queries.non_finite import kinds_of
from dashboard.queries.positions import Positions, Rows, iter_segments
from summaries import Series


@dataclass(frozen=True)
class RangeFacts:
    """A range in numbers. Those from `min` to `slope` are of its finite values, NaN if there are none.

    Attributes:
        num_points: Points of the range.
        start_step: Step of its leftmost point.
        start: Value there; may be NaN or infinite.
        stop_step: Step of its rightmost point.
        stop: Value there; may be NaN or infinite.
        min: Smallest value.
        min_step: Step at which it came first; that of the first point if no value is finite.
        max: Largest value.
        max_step: Likewise.
        mean: Of the points, however they are spaced.
        slope: Of the least-squares line, per unit of x; NaN if all points stand at one position.
        num_nan: How many are NaN.
        num_pos_inf: +Inf.
        num_neg_inf: −Inf.
    """

    num_points: int
    start_step: int
    start: float
    stop_step: int
    stop: float
    min: float
    min_step: int
    max: float
    max_step: int
    mean: float
    slope: float
    num_nan: int
    num_pos_inf: int
    num_neg_inf: int

    @property
    def delta(self) -> float:
        """From the start to the stop."""
        return self.stop - self.start


def describe_range(series: Series, x: Positions, start: float, stop: float) -> RangeFacts | None:
    """Describes the points between two positions, both included; None if there are none.

    Args:
        series: All points of a run and tag.
        x: Where they stand.
        start: First position.
        stop: Last position.
    """
    rows = find_rows(series, x, start, stop)
    positions, values, steps = x[rows], series.values[rows], series.steps[rows]
    if not values.size:
        return None
    is_finite = np.isfinite(values)
    nans, highs, lows = np.bincount(kinds_of(values[~is_finite]), minlength=3).tolist()
    first, last = int(positions.argmin()), values.size - 1 - int(positions[::-1].argmax())
    low, high, mean, slope = _measure(positions[is_finite], values[is_finite])
    finite_steps = steps[is_finite] if is_finite.any() else steps
    return RangeFacts(
        num_points=values.size,
        start_step=int(steps[first]),
        start=float(values[first]),
        stop_step=int(steps[last]),
        stop=float(values[last]),
        min=float(values[is_finite][low]) if is_finite.any() else np.nan,
        min_step=int(finite_steps[low]),
        max=float(values[is_finite][high]) if is_finite.any() else np.nan,
        max_step=int(finite_steps[high]),
        mean=mean,
        slope=slope,
        num_nan=nans,
        num_pos_inf=highs,
        num_neg_inf=lows,
    )


def find_rows(series: Series, x: Positions, start: float, stop: float) -> Rows:
    """Rows of the points between two positions that no restart replaced, segment after segment."""
    found = [
        (segment, *segment.find_range(start, stop)) for segment in iter_segments(series, x) if not segment.is_superseded
    ]
    if len(found) == 1:
        ((segment, low, high),) = found
        return segment.rows(low, high)
    rows = [segment.row_at(np.arange(low, high)) for segment, low, high in found]
    return np.concatenate([np.zeros(0, dtype=np.int64), *rows])


def _measure(positions: NDArray[np.float64], values: NDArray[np.float64]) -> tuple[int, int, float, float]:
    """Places of the smallest and of the largest value, the mean, and the slope."""
    if not values.size:
        return 0, 0, np.nan, np.nan
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # values may be as large as they like
        mean = float(values.mean())
        spread = positions - positions.mean()
        width = float(spread @ spread)
        slope = float(spread @ (values - mean)) / width if width > 0 else np.nan
    return int(values.argmin()), int(values.argmax()), mean, slope
