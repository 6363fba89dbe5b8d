"""From a whole series to what one card draws of it: a range, downsampled per segment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dashboard.queries.downsample import POINTS_PER_COLUMN, downsample
from dashboard.queries.non_finite import choose_marks
from dashboard.queries.positions import Positions, Segment, iter_segments
from dashboard.queries.smooth import smooth
from summaries import Series


@dataclass(frozen=True)
class Drawn:
    """Indices into a series of the points that a card draws.

    Attributes:
        points: Finite points to draw, line after line, from left to right in each. Shape ``(d,)``, int64.
        segment_starts: Position in `points` of the first point of each line: one begins with each segment of the
            series, and after each NaN or Inf. Shape ``(s,)``, int64.
        superseded: Whether a restart replaced the points of each line. Shape ``(s,)``, bool.
        non_finite: NaN and Inf points to mark, at most one a pixel column and kind. Shape ``(k,)``, int64.
        num_total: Points of the range, drawn or not.
    """

    points: NDArray[np.int64]
    segment_starts: NDArray[np.int64]
    superseded: NDArray[np.bool_]
    non_finite: NDArray[np.int64]
    num_total: int


def smooth_series(series: Series, weight: float) -> NDArray[np.float64]:
    """Smooths the points that count, as one series; superseded points stay as they are. Shape ``(n,)``."""
    if not series.superseded.any():
        return smooth(series.values, weight)
    smoothed = series.values.copy()
    smoothed[series.is_current] = smooth(series.values[series.is_current], weight)
    return smoothed


def choose_points(
    series: Series,
    x: Positions,
    width_px: int,
    start: float = -np.inf,
    stop: float = np.inf,
    *,
    is_log: bool = False,
) -> Drawn:
    """Chooses what a card of `width_px` pixels draws of a series between two positions.

    Args:
        series: All points of a run and tag.
        x: Where they stand.
        width_px: Width of the plot.
        start: First position of the range.
        stop: Last position of the range. The neighbours outside are drawn too, so lines run to the edge.
        is_log: Whether the axis is logarithmic, so that pixel columns are narrower at its left.
    """
    segments = list(iter_segments(series, x))
    picture = _Picture(width_px, _find_extent(segments, start, stop, is_log), is_log)
    points: list[NDArray[np.int64]] = []
    starts: list[NDArray[np.int64]] = []
    superseded: list[bool] = []
    num_total = num_drawn = 0
    for segment in segments:
        low, high = segment.find_range(start, stop)
        num_total += high - low
        places = _choose_places(segment, series.values, (low, high), picture)
        line_starts = _find_line_starts(segment, places)
        points.append(segment.row_at(places))
        starts.append(num_drawn + line_starts)
        superseded.extend([segment.is_superseded] * line_starts.size)
        num_drawn += places.size
    return Drawn(
        points=_join(points),
        segment_starts=_join(starts),
        superseded=np.array(superseded, dtype=bool),
        non_finite=choose_marks(series, x, width_px, (start, stop), picture.extent, is_log=is_log),
        num_total=num_total,
    )


class _Picture(NamedTuple):
    """What points are chosen for."""

    width_px: int
    extent: tuple[float, float]
    is_log: bool


def _find_extent(segments: Sequence[Segment], start: float, stop: float, is_log: bool) -> tuple[float, float]:
    """Positions of the picture's edges: those asked for, and where there is none, those of the series.

    A logarithmic axis has no place for what is not positive: it begins at the first position that is.
    """
    known = [segment.extent for segment in segments] or [(0.0, 0.0)]
    first = start if math.isfinite(start) else min(low for low, _ in known)
    if is_log and not first > 0:
        first = min((segment.first_positive for segment in segments), default=math.inf)
    return first, stop if math.isfinite(stop) else max(high for _, high in known)


def _choose_places(
    segment: Segment, values: NDArray[np.float64], inside: tuple[int, int], picture: _Picture
) -> NDArray[np.int64]:
    """Places to draw of a segment, of which the half-open range `inside` lies in the picture.

    The neighbours outside come after the choice: one far away would else stretch the pixel columns.
    """
    low, high = inside
    bad = segment.bad_places
    bad_inside = bad[slice(*np.searchsorted(bad, inside))] if bad.size else bad
    rows = segment.rows(low, high)
    if not bad_inside.size and high - low <= POINTS_PER_COLUMN * picture.width_px:
        chosen = np.arange(low, high)  # where all are drawn their positions need not be known
    elif not bad_inside.size:
        chosen = low + _downsample(segment.x[rows], values[rows], picture)
    else:
        is_finite = np.ones(high - low, dtype=bool)
        is_finite[bad_inside - low] = False
        finite = low + np.flatnonzero(is_finite)
        rows = segment.row_at(finite)
        chosen = finite[_downsample(segment.x[rows], values[rows], picture)]
    before = [low - 1] if low > 0 and not _holds(bad, low - 1) else []
    after = [high] if high < segment.size and not _holds(bad, high) else []
    return np.concatenate([before, chosen, after]).astype(np.int64) if before or after else chosen


def _downsample(x: NDArray[np.float64], values: NDArray[np.float64], picture: _Picture) -> NDArray[np.int64]:
    return downsample(x, values, picture.width_px, picture.extent, is_log=picture.is_log)


def _holds(rising: NDArray[np.int64], number: int) -> bool:
    place = int(np.searchsorted(rising, number))
    return place < rising.size and int(rising[place]) == number


def _find_line_starts(segment: Segment, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where lines begin among chosen places: a line across a NaN would claim values that nobody logged."""
    if not segment.bad_places.size:
        return np.zeros(min(1, places.size), dtype=np.int64)
    num_gaps_before = np.searchsorted(segment.bad_places, places)
    is_start = np.ones(places.size, dtype=bool)
    np.not_equal(num_gaps_before[1:], num_gaps_before[:-1], out=is_start[1:])
    return np.flatnonzero(is_start)


def _join(parts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
