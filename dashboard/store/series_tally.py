"""What is counted of each scalar series as its rows come: last, smallest, largest, sum.

A list of 10,000 runs shows and compares such numbers of every run; reading all columns for them would take minutes.
Counted over finite values, of a file first and then of the run. What a restart replaced must not count, and cannot be
taken off again: a series in which that may be so is marked, and is to be counted from its columns.

Synopsis:
    >>> from summaries.columns import make_empty_columns
    >>> add_tallies(count_rows(make_empty_columns(2)), count_rows(make_empty_columns(3))).num_points.tolist()
    [0, 0, 0]
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from summaries import Series, Tag
from summaries.columns import Columns, Floats, Ints, merge_columns
from summaries.series import Bools


class TalliesError(ValueError):
    """The bytes are no tallies, or were changed."""


_MAX_WAITING = 1_024
"""Rows of a file that wait at most: many small reads are counted at the cost of one."""
_NO_STEP = np.iinfo(np.int64).min


@dataclass(frozen=True)
class SeriesTallies:
    """What is counted of several series, one a row. Arrays are shared: nobody writes to them.

    Attributes:
        num_points: Points. Shape (t,); so are all others. Where it is 0 the rest means nothing.
        num_finite: Points whose value is finite; where it is 0 `sums` to `max_steps` mean nothing.
        sums: Sum of the finite values.
        mins: Smallest finite value.
        min_steps: Step at which it came first.
        maxima: Largest finite value.
        max_steps: Step at which it came first.
        lasts: Value of the last point, finite or not.
        first_steps: Step of the first point.
        last_steps: Step of the last point.
        top_steps: Largest step.
        is_restarted: Whether a restart may have replaced some of the points.
    """

    num_points: Ints
    num_finite: Ints
    sums: Floats
    mins: Floats
    min_steps: Ints
    maxima: Floats
    max_steps: Ints
    lasts: Floats
    first_steps: Ints
    last_steps: Ints
    top_steps: Ints
    is_restarted: Bools

    def __len__(self) -> int:
        return len(self.num_points)

    def pick(self, rows: npt.NDArray[Any]) -> SeriesTallies:
        """Those of some of the series."""
        return SeriesTallies(*(getattr(self, name)[rows] for name in _NAMES))


_DTYPES = {"num_points": np.int64, "num_finite": np.int64, "is_restarted": np.bool_} | {
    name: np.int64 for name in ("min_steps", "max_steps", "first_steps", "last_steps", "top_steps")
}
_NAMES = tuple(one.name for one in fields(SeriesTallies))
_EMPTY_VALUES = {"mins": np.inf, "maxima": -np.inf, "top_steps": _NO_STEP}


def make_empty_tallies(num_series: int) -> SeriesTallies:
    """Those of series without a point."""
    return SeriesTallies(
        *(np.full(num_series, _EMPTY_VALUES.get(name, 0), _DTYPES.get(name, np.float64)) for name in _NAMES)
    )


def count_rows(columns: Columns) -> SeriesTallies:
    """The tallies of each tag in a stretch of a file."""
    counts = np.diff(columns.starts)
    found = make_empty_tallies(len(counts))
    tags = np.flatnonzero(counts)
    if not tags.size:
        return found
    begins, ends = columns.starts[tags], columns.starts[tags + 1]
    found.num_points[:] = counts
    found.lasts[tags] = columns.values[ends - 1]
    found.first_steps[tags], found.last_steps[tags] = columns.steps[begins], columns.steps[ends - 1]
    found.top_steps[tags] = np.maximum.reduceat(columns.steps, begins)
    _count_values(found, tags, columns)
    found.is_restarted[:] = _find_restarted(columns)
    return found


def _count_values(found: SeriesTallies, tags: Ints, columns: Columns) -> None:
    values, begins, counts = columns.values, columns.starts[tags], found.num_points[tags]
    is_finite = np.isfinite(values)
    has_all = bool(is_finite.all())
    found.num_finite[tags] = counts if has_all else np.add.reduceat(is_finite, begins, dtype=np.int64)
    with np.errstate(over="ignore"):
        found.sums[tags] = np.add.reduceat(values if has_all else np.where(is_finite, values, 0.0), begins)
    for reduce, worst, best, steps in (
        (np.minimum, np.inf, found.mins, found.min_steps),
        (np.maximum, -np.inf, found.maxima, found.max_steps),
    ):
        kept = values if has_all else np.where(is_finite, values, worst)
        best[tags] = reduce.reduceat(kept, begins)
        rows = np.flatnonzero(kept == np.repeat(best[tags], counts))[::-1]
        steps[np.searchsorted(columns.starts, rows, "right") - 1] = columns.steps[rows]  # the first row is put last


def _find_restarted(columns: Columns) -> Bools:
    """Whether a writer began again, within the stretch, at a step that a row before had reached."""
    found = np.zeros(columns.num_tags, dtype=bool)
    for purge in columns.purges:
        for tag in np.flatnonzero(purge.rows).tolist():
            begin = columns.starts[tag]
            found[tag] |= bool(columns.steps[begin : begin + purge.rows[tag]].max() >= purge.step)
    return found


def add_tallies(first: SeriesTallies, later: SeriesTallies, restart_step: int | None = None) -> SeriesTallies:
    """The tallies of two stretches together.

    Args:
        first: Of the stretch before. Tags that it lacks came later.
        later: Of the stretch after, of the same tags in the same order and maybe more.
        restart_step: The smallest step at which a writer began again in `later`; None if it did not.
    """
    if not len(first):
        return later
    first = _extend(first, len(later))
    is_lower, is_higher = later.mins < first.mins, later.maxima > first.maxima
    is_new, is_known = later.num_points > 0, first.num_points > 0
    is_restarted = first.is_restarted | later.is_restarted
    if restart_step is not None:
        is_restarted = is_restarted | (is_known & (first.top_steps >= restart_step))
    with np.errstate(over="ignore"):
        sums = first.sums + later.sums
    return SeriesTallies(
        num_points=first.num_points + later.num_points,
        num_finite=first.num_finite + later.num_finite,
        sums=sums,
        mins=np.where(is_lower, later.mins, first.mins),
        min_steps=np.where(is_lower, later.min_steps, first.min_steps),
        maxima=np.where(is_higher, later.maxima, first.maxima),
        max_steps=np.where(is_higher, later.max_steps, first.max_steps),
        lasts=np.where(is_new, later.lasts, first.lasts),
        first_steps=np.where(is_known, first.first_steps, later.first_steps),
        last_steps=np.where(is_new, later.last_steps, first.last_steps),
        top_steps=np.maximum(first.top_steps, later.top_steps),
        is_restarted=is_restarted,
    )


def _extend(tallies: SeriesTallies, num_series: int) -> SeriesTallies:
    if len(tallies) == num_series:
        return tallies
    return _join([tallies, make_empty_tallies(num_series - len(tallies))])


def _join(parts: Sequence[SeriesTallies]) -> SeriesTallies:
    return SeriesTallies(*(np.concatenate([getattr(part, name) for part in parts]) for name in _NAMES))


def _find_restart_step(columns: Columns) -> int | None:
    return min((purge.step for purge in columns.purges), default=None)


@dataclass
class FileTallies:
    """The tallies of one file as it grows.

    Attributes:
        names: Name of each scalar tag, in order of tag ids; None for a tag of another kind.
        encoded: The tallies of all tags as the index has them, where they were not asked for yet.
        restart_step: The smallest step at which a writer began again; None if it did not.
    """

    names: tuple[str | None, ...] = ()
    encoded: bytes = b""
    restart_step: int | None = None
    _tallies: SeriesTallies = field(default_factory=lambda: make_empty_tallies(0))
    _waiting: list[Columns] = field(default_factory=list)
    _num_waiting: int = 0

    @property
    def tallies(self) -> SeriesTallies:
        """Those of all tags, also of other kinds, which have no points here."""
        if self.encoded:
            self._tallies, self.encoded = decode_tallies(self.encoded), b""
        if self._waiting:
            columns = merge_columns(self._waiting)
            self._tallies = add_tallies(self._tallies, count_rows(columns), _find_restart_step(columns))
            self._waiting, self._num_waiting = [], 0
        return self._tallies

    def add(self, columns: Columns, tags: Sequence[Tag]) -> None:
        """Takes what a read of the file brought; `tags` are all of the file. A few rows wait to be counted together."""
        if len(tags) != len(self.names):
            self.names = name_scalars(tags)
        if not (len(columns.steps) or columns.purges):
            return
        step = _find_restart_step(columns)
        self.restart_step = min((one for one in (self.restart_step, step) if one is not None), default=None)
        self._waiting.append(columns)
        self._num_waiting += len(columns.steps)
        if self._num_waiting > _MAX_WAITING:
            self._tallies = self.tallies

    def encode(self) -> bytes:
        """The tallies as the index keeps them."""
        if self.encoded and not self._waiting:
            return self.encoded
        return encode_tallies(self.tallies)

    def spread(self, tags: Sequence[str]) -> SeriesTallies:
        """The tallies of some tags; those that the file lacks have no points."""
        rows = {name: row for row, name in enumerate(self.names[: len(self.tallies)]) if name is not None}
        padded = _extend(self.tallies, len(self.tallies) + 1)
        return padded.pick(np.array([rows.get(tag, -1) for tag in tags], dtype=np.int64))


@dataclass(frozen=True)
class RunTallies:
    """What is counted of the scalars of a run, without what restarts replaced.

    Attributes:
        tags: Names, in any order.
        tallies: A row a tag.
    """

    tags: tuple[str, ...]
    tallies: SeriesTallies

    def updated(self, rows: Sequence[int], counted: SeriesTallies) -> RunTallies:
        """These with other tallies in some rows; tags that are left without a point go."""
        picked = np.arange(len(self.tags))
        picked[rows] = len(self.tags) + np.arange(len(rows))
        whole = _join([self.tallies, counted]).pick(picked)
        left = np.flatnonzero(whole.num_points)
        return RunTallies(tuple(self.tags[row] for row in left.tolist()), whole.pick(left))


def name_scalars(tags: Sequence[Tag]) -> tuple[str | None, ...]:
    """The names of scalar tags in their places, None in those of other kinds."""
    return tuple(tag.name if tag.kind == "scalars" else None for tag in tags)


def follow_files(files: Sequence[FileTallies]) -> RunTallies:
    """The tallies of a run's files together, in the order of the files' names.

    A file that begins at a step which those before had reached is a restart, or another writer.
    """
    if len(files) == 1:  # as most runs have it
        (file,) = files
        names, tallies = file.names, file.tallies
        rows = np.flatnonzero(tallies.num_points)
        return RunTallies(tuple(names[row] or "" for row in rows.tolist()), tallies.pick(rows))
    tags = tuple(dict.fromkeys(tag for file in files for tag in file.names if tag is not None))
    whole = make_empty_tallies(len(tags))
    for file in files:
        later = file.spread(tags)
        meets = (whole.num_points > 0) & (later.num_points > 0) & (later.first_steps <= whole.top_steps)
        added = add_tallies(whole, later, file.restart_step)
        whole = replace(added, is_restarted=added.is_restarted | meets)
    rows = np.flatnonzero(whole.num_points)
    return RunTallies(tuple(tags[row] for row in rows.tolist()), whole.pick(rows))


def count_series(series: Iterable[Series]) -> SeriesTallies:
    """The tallies of whole series, without what restarts replaced; costs as much as reading them."""
    return _join([_count_one(one.current()) for one in series])


def _count_one(series: Series) -> SeriesTallies:
    found = make_empty_tallies(1)
    if not len(series):
        return found
    found.num_points[:] = len(series)
    found.lasts[:], found.first_steps[:], found.last_steps[:] = series.values[-1], series.steps[0], series.steps[-1]
    found.top_steps[:] = series.steps.max()
    is_finite = np.isfinite(series.values)
    values, steps = series.values[is_finite], series.steps[is_finite]
    if values.size:
        low, high = int(values.argmin()), int(values.argmax())
        with np.errstate(over="ignore"):
            found.num_finite[:], found.sums[:] = values.size, values.sum()
        found.mins[:], found.min_steps[:] = values[low], steps[low]
        found.maxima[:], found.max_steps[:] = values[high], steps[high]
    return found


def encode_tallies(tallies: SeriesTallies) -> bytes:
    """Tallies as bytes for the index: the columns one after the other, deflated; most steps are those of their like."""
    columns = [np.ascontiguousarray(getattr(tallies, name)).tobytes() for name in _NAMES]
    return zlib.compress(b"".join(columns), 1)


def decode_tallies(data: bytes) -> SeriesTallies:
    """The tallies that were encoded.

    Raises:
        TalliesError: If they are others.
    """
    try:
        plain = zlib.decompress(data)
    except zlib.error as error:
        raise TalliesError(f"tallies must be deflated; got {len(data)} other bytes.") from error
    sizes = [np.dtype(_DTYPES.get(name, np.float64)).itemsize for name in _NAMES]
    num_series, rest = divmod(len(plain), sum(sizes))
    if rest:
        raise TalliesError(f"tallies must be whole; got {len(plain)} bytes.")
    columns: list[npt.NDArray[Any]] = []
    begin = 0
    for name, size in zip(_NAMES, sizes, strict=True):
        columns.append(np.frombuffer(plain, _DTYPES.get(name, np.float64), num_series, begin))
        begin += size * num_series
    return SeriesTallies(*columns)
