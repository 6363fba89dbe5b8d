"""The point of a series that is nearest to a position."""

from __future__ import annotations

import numpy as np

from dashboard.queries.positions import Positions, Segment, iter_segments
from dashboard.queries.smooth import smooth
from summaries import Series


def find_nearest(series: Series, x: Positions, at: float) -> int | None:
    """Row of the nearest point that no restart replaced; None if there is none.

    Of two that are equally near it is the left one, of several at one position the one logged last.

    >>> from summaries.series import Piece, make_series
    >>> series = make_series([Piece.make([0, 10, 10, 20])])
    >>> [find_nearest(series, Positions.make(series, "step"), at) for at in (-5, 9, 15, 16)]
    [0, 2, 2, 3]
    """
    best, distance = None, np.inf
    for segment in iter_segments(series, x):
        if not segment.is_superseded:
            for row in _find_neighbours(segment, at):
                away = abs(float(x[slice(row, row + 1)][0]) - at)
                if best is None or away < distance:
                    best, distance = row, away
    return best


def _find_neighbours(segment: Segment, at: float) -> list[int]:
    """The last rows at the position before and at the one after, from left to right."""
    _, after = segment.find_range(-np.inf, at)
    places = [after - 1] if after > 0 else []
    if after < segment.size:
        row = segment.row_at(np.array([after]))
        places.append(segment.find_range(-np.inf, float(segment.x[row][0]))[1] - 1)
    rows: list[int] = segment.row_at(np.array(places, dtype=np.int64)).tolist()
    return rows


def smooth_at(series: Series, weight: float, row: int) -> float:
    """The moving average at a row that no restart replaced: of all points that count until there."""
    values = series.values[: row + 1]
    if series.superseded.any():
        values = values[series.is_current[: row + 1]]
    return float(smooth(values, weight)[-1])
