"""From a whole series to what one card draws of it: a range, downsampled per segment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dashboard.queries.downsample import downsample
from dashboard.queries.non_finite import choose_marks
from dashboard.queries.smooth import smooth
from summaries import Series

XAxis = Literal["step", "relative", "wall"]


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
    extent = _find_extent(x, start, stop)
    lines: list[NDArray[np.int64]] = []
    superseded: list[bool] = []
    total = 0
    for rows, is_superseded in _iter_segments(series, x):
        places = x[rows]
        low, high = int(np.searchsorted(places, start, "left")), int(np.searchsorted(places, stop, "right"))
        total += high - low
        pieces = _draw_segment(series, x, rows, (low, high), (width_px, extent))
        lines.extend(pieces)
        superseded.extend([is_superseded] * len(pieces))
    return Drawn(
        points=np.concatenate(lines) if lines else np.zeros(0, dtype=np.int64),
        segment_starts=np.cumsum([0, *(line.size for line in lines)])[:-1].astype(np.int64),
        superseded=np.array(superseded, dtype=bool),
        non_finite=choose_marks(series, x, width_px, (start, stop), extent),
        num_total=total,
    )


def _find_extent(x: NDArray[np.float64], start: float, stop: float) -> tuple[float, float]:
    """Positions of the picture's edges: those asked for, and where there is none, those of the series."""
    known = x[np.isfinite(x)]
    if not known.size:
        return 0.0, 0.0
    first = start if np.isfinite(start) else float(known.min())
    return first, stop if np.isfinite(stop) else float(known.max())


def _iter_segments(series: Series, x: NDArray[np.float64]) -> Iterator[tuple[NDArray[np.int64], bool]]:
    """Yields the rows of each segment from left to right, and whether a restart replaced it.

    Programs log out of order and wall clocks jump back, so the order of logging need not be that of positions.
    """
    bounds = np.append(series.segment_starts, len(series)).tolist()
    for first, last, is_superseded in zip(bounds[:-1], bounds[1:], series.superseded.tolist(), strict=True):
        rows = np.arange(first, last)
        places = x[first:last]
        if not (np.all(places[1:] >= places[:-1]) and np.isfinite(places[[0, -1]]).all()):
            rows = rows[np.isfinite(places)]
            rows = rows[np.argsort(x[rows], kind="stable")]
        yield rows, is_superseded


def _draw_segment(
    series: Series,
    x: NDArray[np.float64],
    rows: NDArray[np.int64],
    inside: tuple[int, int],
    picture: tuple[int, tuple[float, float]],
) -> list[NDArray[np.int64]]:
    """The lines to draw of a segment, of whose `rows` the half-open range `inside` lies in the picture."""
    low, high = inside
    within = rows[low:high]
    chosen = low + downsample(x[within], series.values[within], *picture)
    # Neighbours come after the choice: one far away would else stretch the pixel columns.
    first, last = max(low - 1, 0), min(high + 1, rows.size)
    places = np.concatenate([np.arange(first, low), chosen, np.arange(high, last)])
    is_finite = np.isfinite(series.values[rows[first:last]])
    places = places[is_finite[places - first]]
    # A line across a NaN would claim values that nobody logged.
    num_gaps_before = np.searchsorted(first + np.flatnonzero(~is_finite), places)
    pieces = np.split(rows[places], np.flatnonzero(np.diff(num_gaps_before)) + 1)
    return [piece for piece in pieces if piece.size]
