"""What a time series is.

A *run* is a folder of event files. A *tag* names a *series* in it: points (step, wall time, value) in the order in
which they were written, file after file. Nothing is dropped and nothing is sorted.

A *restart* is where the writer began again at an earlier step: in a later file whose first step is not above the last
one of the files before, or where the log says so (`SessionLog.START`). Points written before a restart with the
restart's step or a later one are *superseded*: they belong to an attempt that was given up. A *segment* is a longest
stretch of points without a restart inside, all of which are superseded, or none. Within one file steps may go back
without a restart: then the program logs out of order.

Synopsis:
    >>> pieces = [Piece.make([0, 1, 2, 3]), Piece.make([2, 3, 4])]
    >>> series = make_series(pieces)
    >>> series.segment_starts, series.superseded
    (array([0, 2, 4]), array([False,  True, False]))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from summaries.columns import Floats, Ints

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Piece:
    """The points of one series that lie in one file.

    Attributes:
        steps: Shape (n,).
        wall_times: Seconds since the Unix epoch. Shape (n,).
        values: Shape (n,).
        purges: `(row, step)`: before this row the writer began again at this step.
    """

    steps: Ints
    wall_times: Floats
    values: Floats
    purges: tuple[tuple[int, int], ...] = ()

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
    steps = _concatenate([piece.steps for piece in pieces], np.int64)
    values = _concatenate([piece.values for piece in pieces], np.float64)
    starts, is_superseded = find_segments([(piece.steps, piece.purges) for piece in pieces])
    return Series(
        steps=steps,
        wall_times=_concatenate([piece.wall_times for piece in pieces], np.float64),
        values=values,
        segment_starts=starts,
        superseded=is_superseded[starts],
        non_finite=np.flatnonzero(~np.isfinite(values)),
    )


def find_segments(pieces: Sequence[tuple[Ints, Sequence[tuple[int, int]]]]) -> tuple[Ints, Bools]:
    """Where segments begin, and which points are superseded.

    Args:
        pieces: `(steps, purges)` of each file, as in `Piece`.

    Returns:
        `(segment_starts, is_superseded)`, shapes (s,) and (n,).
    """
    steps = _concatenate([steps for steps, _ in pieces], np.int64)
    is_superseded = np.zeros(len(steps), dtype=bool)
    is_start = np.zeros(len(steps), dtype=bool)
    is_start[:1] = True
    for row, step in _find_restarts(pieces):
        is_superseded[:row] |= steps[:row] >= step
        is_start[row : row + 1] = True
    is_start[1:] |= is_superseded[1:] != is_superseded[:-1]
    return np.flatnonzero(is_start), is_superseded


def _find_restarts(pieces: Sequence[tuple[Ints, Sequence[tuple[int, int]]]]) -> list[tuple[int, int]]:
    """`(row, step)` of each restart: the points before the row whose steps are not below the step are superseded."""
    restarts: list[tuple[int, int]] = []
    first_row = 0
    last_step: int | None = None
    for steps, purges in pieces:
        restarts.extend((first_row + row, step) for row, step in purges)
        if len(steps):
            if last_step is not None and steps[0] <= last_step:
                restarts.append((first_row, int(steps[0])))
            last_step = int(steps[-1])
        first_row += len(steps)
    return restarts


def _concatenate(parts: Sequence[npt.NDArray[Any]], dtype: type[np.generic]) -> npt.NDArray[Any]:
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=dtype)
