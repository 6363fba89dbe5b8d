"""Groups of runs on unequal steps as one curve each: the middle, a band, and how many runs that is of.

A member counts from its first to its last step, so one that failed counts until then. Between its points it is
linear; beside a NaN or Inf it has no value and does not count.

Synopsis:
    >>> long, short = Lookup(np.array([0, 2, 4]), np.array([0.0, 2.0, 4.0])), Lookup(np.array([1, 2]), np.ones(2))
    >>> found = aggregate([Member(long), Member(short)], Summary("mean", "minmax"), width_px=400)
    >>> found.x.tolist(), found.values.tolist(), found.counts.tolist()
    ([0.0, 1.0, 2.0, 4.0], [0.0, 1.0, 1.5, 4.0], [1, 2, 2, 1])
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dashboard.queries.downsample import downsample
from dashboard.queries.joining import Floats, Ints, Lookup, Places
from dashboard.queries.statistics import Band, Center, count, find_bands, find_centers

MAX_CELLS = 4_000_000
"""Numbers worked on at most: with more members or steps, evenly spread steps and those of extremes stand for all."""
_END_POINTS = 1024  # looked at together


class _Picture(NamedTuple):
    """What positions are chosen for: pixel columns of a range, wide alike or as on a logarithmic axis."""

    width_px: int
    start: float
    stop: float
    is_log: bool

    def choose(self, x: Floats, values: Floats, extent: tuple[float, float]) -> Ints:
        """The extremes of each pixel column, of positions that do not fall; `extent` is that of the data."""
        first, last = max(self.start, extent[0]), min(self.stop, extent[1])
        if self.is_log and not first > 0:  # what is not positive has no place: the axis begins behind it
            positive = x[np.searchsorted(x, 0.0, "right") :]
            first = float(positive[0]) if positive.size else first
        return downsample(x, values, self.width_px, (first, last), is_log=self.is_log)


class Member(NamedTuple):
    """One run of a group.

    Attributes:
        points: Its points by their positions.
        smoothed: The same, smoothed; None if they are not to be.
    """

    points: Lookup
    smoothed: Lookup | None = None


class Summary(NamedTuple):
    """How members become one curve."""

    center: Center
    band: Band


@dataclass(frozen=True)
class Aggregate:
    """One curve of several runs, at the positions that were chosen for display; shapes ``(d,)`` but for the last two.

    Attributes:
        x: Rising.
        values: The middle of the members' raw values.
        smoothed: The middle of their smoothed values; None if those were not asked for.
        low: Lower edge of the band, of the smoothed values if there are any; NaN for a single one. None without a band.
        high: Upper edge.
        least: The smallest value of a member, of the smoothed values if there are any.
        greatest: The largest one.
        counts: How many members have a value.
        line_starts: Where a line begins: at the first point, and after each gap in which no member has a value.
        num_total: Different positions of the range, drawn or not.
        last: The middle of the raw values at the last position of all, in the range or not; NaN without one.
    """

    x: Floats
    values: Floats
    smoothed: Floats | None
    low: Floats | None
    high: Floats | None
    least: Floats
    greatest: Floats
    counts: Ints
    line_starts: Ints
    num_total: int
    last: float


def aggregate(
    members: Sequence[Member],
    summary: Summary,
    width_px: int,
    start: float = -np.inf,
    stop: float = np.inf,
    *,
    is_log: bool = False,
) -> Aggregate:
    """Makes one curve of the members of a group.

    Of each pixel column the extremes of the middle and of the band's edges are kept (those of an interval: of the
    standard error, to which it is close).

    Args:
        members: At least one.
        summary: Which middle and which band.
        width_px: Width of the plot.
        start: First position of the range.
        stop: Last position of the range. The neighbours outside are kept too, so lines run to the edge.
        is_log: Whether the axis is logarithmic, so that pixel columns are narrower at its left.
    """
    picture = _Picture(width_px, start, stop, is_log)
    grid, num_total = _make_grid([member.points for member in members], picture)
    with np.errstate(all="ignore"):  # values may be as large as they like
        raw = _fill([member.points for member in members], grid)
        is_there = count(raw) > 0
        raw, x = raw[is_there], grid[is_there]
        smoothed = [member.smoothed for member in members if member.smoothed is not None]
        shown = _fill(smoothed, x) if smoothed else raw
        centers = find_centers(shown, summary.center)
        chosen = _choose(x, shown, centers, summary, picture)
        shown, centers = shown[chosen], centers[chosen]
        low, high = (None, None)
        if summary.band != "none":
            low, high = find_bands(shown, summary.band, centers, summary.center)
        places = np.flatnonzero(is_there)[chosen]
        return Aggregate(
            x=x[chosen],
            values=find_centers(raw[chosen], summary.center) if smoothed else centers,
            smoothed=centers if smoothed else None,
            low=low,
            high=high,
            least=np.fmin.reduce(shown, axis=1),
            greatest=np.fmax.reduce(shown, axis=1),
            counts=count(raw[chosen]),
            line_starts=_find_line_starts(places, is_there),
            num_total=num_total,
            last=_find_last([member.points for member in members], summary.center),
        )


def _find_last(lookups: Sequence[Lookup], center: Center) -> float:
    ends = [end for lookup in lookups if (end := _find_end(lookup)) is not None]
    return float(find_centers(_fill(lookups, np.array([max(ends)])), center)[0]) if ends else float("nan")


def _find_end(lookup: Lookup) -> float | None:
    """The last step with a finite value, looked for from the end; None without one."""
    for stop in range(lookup.steps.size, 0, -_END_POINTS):
        start = max(0, stop - _END_POINTS)
        rows = np.flatnonzero(np.isfinite(lookup.values[start:stop]))
        if rows.size:
            return float(lookup.steps[start + int(rows[-1])])
    return None


def _make_grid(lookups: Sequence[Lookup], picture: _Picture) -> tuple[Floats, int]:
    """The positions to work at, and how many different ones the range has."""
    different = [lookups[0].steps]
    for lookup in lookups[1:]:
        if not np.array_equal(lookup.steps, different[-1]):  # runs of one program have the same steps
            different.append(lookup.steps)
    union = _unite(different).astype(np.float64)
    low, high = int(np.searchsorted(union, picture.start)), int(np.searchsorted(union, picture.stop, "right"))
    high = max(low, high)
    grid = union[max(0, low - 1) : high + 1]
    room = max(2, MAX_CELLS // len(lookups))
    if grid.size > room:
        spread = grid[np.linspace(0, grid.size - 1, room).astype(np.int64)]
        grid = np.union1d(spread, _find_peaks(lookups, picture, room))
    return grid, high - low


def _unite(columns: Sequence[Places]) -> Places:
    """All different positions of several columns, rising, each of which is so."""
    columns = list({column.tobytes(): column for column in columns}.values()) if len(columns) > 1 else columns
    if len(columns) == 1:
        return columns[0]
    ordered = np.sort(np.concatenate(columns))
    united: Places = ordered[np.append(True, ordered[1:] > ordered[:-1])]
    return united


def _find_peaks(lookups: Sequence[Lookup], picture: _Picture, room: int) -> Floats:
    """Positions of each member's extremes in each pixel column; if they are too many, of those of all members."""
    places, values = [], []
    for lookup in lookups:
        first, last = bisect_left(lookup.steps, picture.start), bisect_right(lookup.steps, picture.stop)
        inside = slice(first, last)  # found without floats of all steps
        is_finite = np.isfinite(lookup.values[inside])
        places.append(lookup.steps[inside][is_finite].astype(np.float64))
        values.append(lookup.values[inside][is_finite])
    filled = [place for place in places if place.size]
    if not filled:
        return np.zeros(0)
    extent = min(place[0] for place in filled), max(place[-1] for place in filled)
    chosen = [picture.choose(*curve, extent) for curve in zip(places, values, strict=True)]
    x = np.concatenate([place[rows] for place, rows in zip(places, chosen, strict=True)])
    if x.size <= room:
        return x
    order = np.argsort(x, kind="stable")
    heights = np.concatenate([value[rows] for value, rows in zip(values, chosen, strict=True)])
    return x[order][picture.choose(x[order], heights[order], extent)]


def _fill(lookups: Sequence[Lookup], grid: Floats) -> Floats:
    """The finite value of each member at each position, NaN where it has none. Shape ``(g, m)``."""
    matrix = np.empty((len(lookups), grid.size))
    for row, lookup in zip(matrix, lookups, strict=True):
        row[:] = lookup.at(grid)
    matrix[np.isinf(matrix)] = np.nan
    return np.ascontiguousarray(matrix.T)


def _choose(x: Floats, shown: Floats, centers: Floats, summary: Summary, picture: _Picture) -> Ints:
    """Rows to draw: of those in the range the extremes, and one before and after."""
    low, high = int(np.searchsorted(x, picture.start)), int(np.searchsorted(x, picture.stop, "right"))
    inside = slice(low, max(low, high))
    if x[inside].size == 0:
        return np.arange(x.size)
    extent = float(x[0]), float(x[-1])
    curves = [centers]
    if summary.band != "none":
        band: Band = "stderr" if summary.band == "ci" else summary.band
        edges = find_bands(shown, band, centers, summary.center)
        curves += [np.where(np.isfinite(edge), edge, centers) for edge in edges]
    is_chosen = np.zeros(x.size, dtype=bool)
    for curve in curves:
        is_chosen[low + picture.choose(x[inside], curve[inside], extent)] = True
    is_chosen[:low] = is_chosen[high:] = True
    return np.flatnonzero(is_chosen)


def _find_line_starts(places: Ints, is_there: NDArray[np.bool_]) -> Ints:
    """Where lines begin among places of the grid: across one where nobody has a value there is none."""
    num_gaps_before = np.cumsum(~is_there)[places]
    is_start = np.ones(places.size, dtype=bool)
    is_start[1:] = num_gaps_before[1:] != num_gaps_before[:-1]
    return np.flatnonzero(is_start)
