"""What a time series is.

A *run* is a folder of event files. A *tag* names a *series* in it: points (step, wall time, value) in the order in
which they were written, file after file. Nothing is dropped and nothing is sorted.

A *restart* is where the writer began again at an earlier step: in a later file whose first step is not above the last
one of the files before, or where the log says so (`SessionLog.START`). Points written before a restart with the
restart's step or a later one are *superseded*: they belong to an attempt that was given up. A *segment* is a longest
stretch of points without a restart inside, all of which are superseded, or none. Within one file steps may go back
without a restart: then the program logs out of order.

Two files without a common step that were written at the same time are no restart, but two writers of one run: their
points are merged in order of step.

Synopsis:
    >>> pieces = [Piece.make([0, 1, 2, 3]), Piece.make([2, 3, 4])]
    >>> series = make_series(pieces)
    >>> series.segment_starts, series.superseded
    (array([0, 2, 4]), array([False,  True, False]))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from summaries.columns import Floats, Ints

Bools = npt.NDArray[np.bool_]


class Stretch(NamedTuple):
    """Where the points of one series in one file are in time.

    Attributes:
        steps: Shape (n,).
        wall_times: Seconds since the Unix epoch. Shape (n,).
        purges: `(row, step)`: before this row the writer began again at this step.
        is_continued: Whether the file goes on where the one before ended, as the segments of one writer in an object
            store do; then it begins no restart.
    """

    steps: Ints
    wall_times: Floats
    purges: Sequence[tuple[int, int]] = ()
    is_continued: bool = False


@dataclass(frozen=True)
class Piece:
    """The points of one series that lie in one file.

    Attributes:
        steps: Shape (n,).
        wall_times: Seconds since the Unix epoch. Shape (n,).
        values: Shape (n,).
        purges: As in `Stretch`.
        is_continued: As in `Stretch`.
    """

    steps: Ints
    wall_times: Floats
    values: Floats
    purges: Sequence[tuple[int, int]] = ()
    is_continued: bool = False

    @property
    def stretch(self) -> Stretch:
        """Where the points are in time."""
        return Stretch(self.steps, self.wall_times, self.purges, self.is_continued)

    @staticmethod
    def make(
        steps: Sequence[int], values: Sequence[float] | None = None, purges: Sequence[tuple[int, int]] = ()
    ) -> Piece:
        """A piece from plain numbers, its wall times being the steps."""
        columns = np.array(steps, dtype=np.int64)
        floats = columns.astype(np.float64)
        return Piece(columns, floats, floats if values is None else np.array(values, dtype=np.float64), tuple(purges))


@dataclass(frozen=True)
class Series:
    """A time series of scalars, in the order in which it was written.

    Attributes:
        steps: Shape (n,), int64.
        wall_times: Seconds since the Unix epoch. Shape (n,), float64.
        values: Shape (n,), float64. NaN and infinities are kept.
        segment_starts: Row at which each segment begins. Shape (s,), int64.
        superseded: Whether a later segment replaces each segment. Shape (s,), bool.
        non_finite: Rows whose value is NaN or infinite. Shape (k,), int64.
    """

    steps: Ints
    wall_times: Floats
    values: Floats
    segment_starts: Ints
    superseded: Bools
    non_finite: Ints

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def is_current(self) -> Bools:
        """Whether each point still counts. Shape (n,), bool."""
        lengths = np.diff(self.segment_starts, append=len(self.steps))
        return np.repeat(~self.superseded, lengths)

    def current(self) -> Series:
        """The series without the points that a restart replaced; one segment."""
        if not self.superseded.any():
            return self
        keep = self.is_current
        return make_series([Piece(self.steps[keep], self.wall_times[keep], self.values[keep])])


def make_series(pieces: Sequence[Piece]) -> Series:
    """The series whose points lie in several files.

    Args:
        pieces: One a file, in the order of the files' names.
    """
    pieces = [piece for piece in pieces if len(piece.steps) or piece.purges]
    layout = lay_out([piece.stretch for piece in pieces])
    values = layout.arrange(_concatenate([piece.values for piece in pieces], np.float64))
    return Series(
        steps=layout.arrange(_concatenate([piece.steps for piece in pieces], np.int64)),
        wall_times=layout.arrange(_concatenate([piece.wall_times for piece in pieces], np.float64)),
        values=values,
        segment_starts=layout.segment_starts,
        superseded=layout.is_superseded[layout.segment_starts],
        non_finite=np.flatnonzero(~np.isfinite(values)),
    )


@dataclass(frozen=True)
class Layout:
    """In which order the rows of several files stand in a series.

    Attributes:
        order: For each row of the series, its row when the files stand one after the other. Shape (n,); None for that
            very order.
        segment_starts: Row at which each segment begins. Shape (s,).
        is_superseded: Whether a restart replaced each row. Shape (n,), bool.
    """

    order: Ints | None
    segment_starts: Ints
    is_superseded: Bools

    def arrange(self, column: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """A column of the files, one after the other, as it stands in the series."""
        return column if self.order is None else column[self.order]


def lay_out(stretches: Sequence[Stretch]) -> Layout:
    """Finds restarts, what they supersede, and the order of rows.

    Args:
        stretches: One a file, in the order of the files' names.
    """
    steps = _concatenate([stretch.steps for stretch in stretches], np.int64)
    restarts, merges = _find_restarts(stretches, steps)
    is_superseded = np.zeros(len(steps), dtype=bool)
    if not (restarts or merges):
        return Layout(None, np.arange(min(1, len(steps))), is_superseded)
    is_start = np.zeros(len(steps), dtype=bool)
    is_start[:1] = True
    for row, step in restarts:
        is_superseded[:row] |= steps[:row] >= step
        is_start[row : row + 1] = True
    order = np.arange(len(steps)) if merges else None
    for begin, end in merges.items():
        order[begin:end] = begin + np.argsort(steps[begin:end], kind="stable")  # type: ignore[index]
    if order is not None:
        is_superseded = is_superseded[order]
    is_start[1:] |= is_superseded[1:] != is_superseded[:-1]
    return Layout(order, np.flatnonzero(is_start), is_superseded)


def _find_restarts(stretches: Sequence[Stretch], steps: Ints) -> tuple[list[tuple[int, int]], dict[int, int]]:
    """Where a writer began again, and which rows several writers wrote at the same time.

    Returns:
        `(row, step)` of each restart: the points before the row whose steps are not below the step are superseded. And
        the end by the begin of each range of rows that is to be merged, none of which holds a restart.
    """
    restarts: list[tuple[int, int]] = []
    merges: dict[int, int] = {}
    wall_times = _concatenate([stretch.wall_times for stretch in stretches], np.float64)
    first_row = attempt = 0  # rows from `attempt` on were written since the last restart
    last_step: int | None = None
    for stretch in stretches:
        end = first_row + len(stretch.steps)
        restarts.extend((first_row + row, step) for row, step in stretch.purges)
        if len(stretch.steps):
            if last_step is not None and stretch.steps[0] <= last_step and not stretch.is_continued:
                if _is_concurrent(stretch, steps[attempt:first_row], wall_times[attempt:first_row]):
                    merges[attempt] = end
                else:
                    restarts.append((first_row, int(stretch.steps[0])))
                    attempt = first_row
            last_step = int(stretch.steps[-1]) if attempt not in merges else int(steps[attempt:end].max())
        attempt = max([attempt, *(first_row + row for row, _ in stretch.purges)])
        first_row = end
    return restarts, merges


def _is_concurrent(stretch: Stretch, steps: Ints, wall_times: Floats) -> bool:
    """Whether a file was written while the points before it were, rather than after them."""
    if stretch.purges or not len(steps) or stretch.wall_times[0] >= wall_times.max():
        return False
    return len(np.intersect1d(stretch.steps, steps)) == 0


def _concatenate(parts: Sequence[npt.NDArray[Any]], dtype: type[np.generic]) -> npt.NDArray[Any]:
    if len(parts) == 1:
        return parts[0]  # a copy of a long series would cost more than all else here
    return np.concatenate(parts) if parts else np.zeros(0, dtype=dtype)
