"""From series in memory to the bodies of the wire: what one answer shows of many runs and tags.

`draw_bodies` has two members: `dashboard.api._bodies`, which is compiled and leaves the interpreter's lock to others
all the while, and `draw_portably`. Who asks while another's curves are drawn then has the second core.

Synopsis:
    >>> from summaries.series import Piece, make_series
    >>> curve = Curve(make_series([Piece.make([0, 1, 2])]), first_wall_time=0.0)
    >>> window = Window("step", 400, -np.inf, np.inf, smoothing=0.0)
    >>> draw_bodies([curve], window) == [draw_portably(curve, window)]
    True
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from dashboard.api import wire
from dashboard.queries.draw import choose_points, smooth_series
from dashboard.queries.non_finite import last_value, tally_non_finite
from dashboard.queries.positions import Positions
from summaries import Series
from summaries.members import load_member

INTERFACE = 4
"""Grows with what this module and its compiled member expect of each other, in both."""

Columns = Literal["linear", "log"]


@dataclass(frozen=True)
class Window:
    """What every curve of one answer shares.

    Attributes:
        x_axis: ``step``, ``relative``, ``wall`` or ``metric:TAG``.
        width_px: Width of the plot.
        start: First position of the range.
        stop: Last position of the range.
        smoothing: Weight of the moving average; 0 for none.
        baseline: Name of the run that is subtracted; "" for none.
        columns: ``linear``, or ``log`` where the axis is logarithmic.
    """

    x_axis: str
    width_px: int
    start: float
    stop: float
    smoothing: float
    baseline: str = ""
    columns: Columns = "linear"


class Curve(NamedTuple):
    """What is drawn.

    Attributes:
        series: All points of a run and tag.
        first_wall_time: Seconds since the epoch of the run's first point.
        x: Where its points stand, where that is neither their step nor their time.
    """

    series: Series
    first_wall_time: float
    x: Positions | None = None

    def place(self, x_axis: str) -> Positions:
        """Where its points stand."""
        return self.x or Positions.make(self.series, x_axis, self.first_wall_time)


def draw_bodies(curves: Sequence[Curve], window: Window) -> list[bytes]:
    """Draws curves and encodes each as `wire.encode_body` does."""
    if _compiled is None or any(curve.x for curve in curves):
        return [draw_portably(curve, window) for curve in curves]
    drawn = _compiled.draw_bodies(curves, window)
    return [draw_portably(curve, window) if body is None else body for curve, body in zip(curves, drawn, strict=True)]


def draw_portably(curve: Curve, window: Window) -> bytes:
    """Draws one curve with NumPy, whatever its points are."""
    return wire.encode_body(draw(curve, (0, 0), 0, window))


def draw(curve: Curve, place: tuple[int, int], version: int, window: Window) -> wire.DrawnSeries:
    """Draws one curve.

    Args:
        curve: The curve.
        place: Indices of its run and tag in the request.
        version: Of the run.
        window: The picture.
    """
    series = curve.series
    x = curve.place(window.x_axis)
    drawn = choose_points(series, x, window.width_px, window.start, window.stop, is_log=window.columns == "log")
    return wire.DrawnSeries(
        run=place[0],
        tag=place[1],
        version=version,
        num_total=drawn.num_total,
        steps=series.steps[drawn.points].astype(np.float64),
        wall_times=series.wall_times[drawn.points],
        values=series.values[drawn.points],
        smoothed=smooth_series(series, window.smoothing)[drawn.points] if window.smoothing else None,
        segment_starts=drawn.segment_starts,
        superseded=drawn.superseded,
        non_finite_steps=series.steps[drawn.non_finite].astype(np.float64),
        non_finite_wall_times=series.wall_times[drawn.non_finite],
        non_finite_values=series.values[drawn.non_finite],
        first_wall_time=curve.first_wall_time,
        tally=tally_non_finite(series, x, window.start, window.stop),
        last_value=last_value(series),
        x=x[drawn.points] if curve.x else None,
        non_finite_x=x[drawn.non_finite] if curve.x else None,
        num_unplaced=int(np.count_nonzero(~np.isfinite(curve.x.column))) if curve.x else 0,
    )


# It writes numbers as they lie in memory, and the wire is little-endian.
_compiled = load_member("dashboard.api._bodies", INTERFACE) if sys.byteorder == "little" else None
