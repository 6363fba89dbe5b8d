"""From a whole series to what one card draws of it: a range, downsampled per segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dashboard.queries.downsample import downsample
from dashboard.queries.smooth import smooth
from summaries import Series

XAxis = Literal["step", "relative", "wall"]


@dataclass(frozen=True)
class Drawn:
    """Indices into a series of the points that a card draws.

    Attributes:
        points: Finite points to draw, in the order of the series. Shape ``(d,)``, int64.
        segment_starts: Position in `points` of each segment's first point. Shape ``(s,)``, int64.
        non_finite: NaN and Inf points to mark, at most one a pixel column. Shape ``(k,)``, int64.
        num_total: Points of the range, drawn or not.
    """

    points: NDArray[np.int64]
    segment_starts: NDArray[np.int64]
    non_finite: NDArray[np.int64]
    num_total: int


def positions(series: Series, x_axis: XAxis, first_wall_time: float) -> NDArray[np.float64]:
    """Where each point stands on an x-axis: its step, seconds since `first_wall_time`, or the wall time."""
    if x_axis == "step":
        return series.steps.astype(np.float64)
    return series.wall_times - first_wall_time if x_axis == "relative" else series.wall_times


def smooth_series(series: Series, weight: float) -> NDArray[np.float64]:
    """Smooths the points that count, as one series; superseded points stay as they are. Shape ``(n,)``."""
    smoothed = series.values.copy()
    smoothed[series.is_current] = smooth(series.values[series.is_current], weight)
    return smoothed


def choose_points(
    series: Series, x: NDArray[np.float64], width_px: int, start: float = -np.inf, stop: float = np.inf
) -> Drawn:
    """Chooses what a card of `width_px` pixels draws of a series between two positions.

    Args:
        series: All points of a run and tag.
        x: Position of each point, as `positions` gives them. Shape ``(n,)``.
        width_px: Width of the plot.
        start: First position of the range.
        stop: Last position of the range. The neighbours outside are drawn too, so lines run to the edge.
    """
    points: list[NDArray[np.int64]] = []
    total = 0
    bounds = [*series.segment_starts.tolist(), series.steps.size]
    for first, last in zip(bounds[:-1], bounds[1:], strict=True):
        low, high = _range_of(x[first:last], start, stop)
        total += high - low
        low, high = first + max(low - 1, 0), first + min(high + 1, last - first)
        points.append(low + downsample(x[low:high], series.values[low:high], width_px))
    sizes = [part.size for part in points]
    return Drawn(
        points=np.concatenate(points) if points else np.zeros(0, dtype=np.int64),
        segment_starts=np.cumsum([0, *sizes[:-1]]).astype(np.int64) if sizes else np.zeros(0, dtype=np.int64),
        non_finite=_marks(series, x, width_px, start, stop),
        num_total=total,
    )


def _range_of(x: NDArray[np.float64], start: float, stop: float) -> tuple[int, int]:
    """Half-open index range of the positions in ``[start, stop]``; `x` does not fall."""
    return int(np.searchsorted(x, start, side="left")), int(np.searchsorted(x, stop, side="right"))


def _marks(series: Series, x: NDArray[np.float64], width_px: int, start: float, stop: float) -> NDArray[np.int64]:
    bad = series.non_finite
    bad = bad[(x[bad] >= start) & (x[bad] <= stop)]
    if bad.size <= width_px:
        return bad
    span = np.ptp(x[bad]) or 1.0
    columns = ((x[bad] - x[bad].min()) / span * (width_px - 1)).astype(np.int64)
    return bad[np.unique(columns, return_index=True)[1]]
