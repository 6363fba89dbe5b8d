"""One run: what its event files gave, by tag, kept up to date as they grow.

`load` and the dashboard both use it, so both say the same of the same logs.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from summaries.columns import (
    BLOB_COLUMNS,
    SCALAR_COLUMNS,
    Batch,
    Columns,
    FileHealth,
    Floats,
    Ints,
    Purge,
    Tag,
    make_empty_columns,
    merge_columns,
)
from summaries.files import find_row
from summaries.series import Bools, Piece, Series, Stretch, lay_out, make_series

_Column = npt.NDArray[Any]
_Purges = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Blobs:
    """A time series of anything but scalars: where each value lies on disk, in the order in which they were written.

    Attributes:
        steps: Shape (n,), int64.
        wall_times: Seconds since the Unix epoch. Shape (n,), float64.
        paths: The event file that holds each. Length n.
        offsets: Where its bytes begin in the file. Shape (n,), int64.
        lengths: How many bytes they are. Shape (n,), int64.
        is_superseded: Whether a restart replaced it. Shape (n,), bool.
    """

    steps: Ints
    wall_times: Floats
    paths: tuple[Path, ...]
    offsets: Ints
    lengths: Ints
    is_superseded: Bools

    def __len__(self) -> int:
        return len(self.steps)


class RunLog:
    """What the event files of one run gave so far. Not thread-safe."""

    def __init__(self) -> None:
        self._files: dict[Path, FileLog] = {}

    @property
    def files(self) -> Mapping[Path, FileLog]:
        """What each file gave, by name."""
        return MappingProxyType(self._files)

    def put(self, path: Path, log: FileLog) -> None:
        """Has `log` be what a file gave so far, whatever that was."""
        is_last = path not in self._files and (not self._files or path > next(reversed(self._files)))
        self._files[path] = log
        if not is_last:
            self._files = dict(sorted(self._files.items()))

    def update(self, path: Path, batch: Batch, *, is_replaced: bool = False) -> None:
        """Adds what a read of one of the run's files brought.

        Args:
            path: The file.
            batch: What was read. Its arrays are kept, not copied.
            is_replaced: Whether the file is another one now, or gone: what it gave before is forgotten.
        """
        if is_replaced and not batch.health.num_bytes_read:
            self._files.pop(path, None)
            return
        if is_replaced or path not in self._files:
            self.put(path, FileLog())
        self._files[path].update(batch)

    @property
    def tags(self) -> tuple[Tag, ...]:
        """All tags, as the files brought them; the first file's word on display name and description holds."""
        if len(self._files) == 1:
            return next(iter(self._files.values())).tags
        found: dict[tuple[str, str], Tag] = {}
        for log in self._files.values():
            for tag in log.tags:
                found.setdefault((tag.name, tag.kind), tag)
        return tuple(found.values())

    @property
    def health(self) -> tuple[FileHealth, ...]:
        """The health of each file, by name."""
        return tuple(log.health for log in self._files.values() if log.health is not None)

    def series(self, tag: str) -> Series:
        """The scalars of a tag.

        Raises:
            KeyError: If the run has no scalars under this tag.
        """
        pieces = self._pieces(tag, "scalars", SCALAR_COLUMNS)
        return make_series([Piece(*piece.stretch[:2], piece.columns[2], *piece.stretch[2:]) for piece in pieces])

    def blobs(self, tag: str, kind: str) -> Blobs:
        """The places of a tag's values.

        Raises:
            KeyError: If the run has nothing of this kind under this tag.
        """
        pieces = self._pieces(tag, kind, BLOB_COLUMNS)
        layout = lay_out([piece.stretch for piece in pieces])
        columns = [np.concatenate(parts) for parts in zip(*(piece.columns for piece in pieces), strict=True)]
        steps, wall_times, offsets, lengths = map(layout.arrange, columns)
        paths = [piece.path for piece in pieces for _ in range(len(piece.columns[0]))]
        if layout.order is not None:
            paths = [paths[row] for row in layout.order.tolist()]
        return Blobs(steps, wall_times, tuple(paths), offsets, lengths, layout.is_superseded)

    def stamp(self, tag: str, kind: str) -> Hashable:
        """What stays the same as long as the tag's values do."""
        return tuple(log.stamp(log.ids.get((tag, kind), -1)) for log in self._files.values())

    def _pieces(self, tag: str, kind: str, names: tuple[str, ...]) -> list[_Rows]:
        """What each file gave for the tag; KeyError if none has the tag."""
        ids = [log.ids.get((tag, kind), -1) for log in self._files.values()]
        if all(number < 0 for number in ids):
            raise KeyError(tag)
        logs = zip(self._files.items(), _find_continued(self._files), ids, strict=True)
        return [_Rows(path, *log.piece(number, names), is_continued) for (path, log), is_continued, number in logs]


class _Rows(NamedTuple):
    """What one file gave for a tag: its columns, and the rest as in `Stretch`."""

    path: Path
    columns: list[Any]
    purges: _Purges
    is_continued: bool

    @property
    def stretch(self) -> Stretch:
        """Where the rows are in time; steps and wall times are the first columns of scalars and blobs."""
        return Stretch(self.columns[0], self.columns[1], self.purges, self.is_continued)


def _find_continued(paths: Iterable[Path]) -> list[bool]:
    """Whether each file goes on where the one before ended."""
    rows = [(path.parent, find_row(path.name)) for path in paths]
    return [row[1] != "" and row == before for row, before in zip(rows, [None, *rows], strict=False)]


@dataclass(frozen=True)
class Extent:
    """How much the front of a file holds.

    Attributes:
        num_rows: Scalars of each tag. Shape (t,).
        num_blob_rows: Blobs of each tag. Shape (t,).
        purges: Where a writer began again, in file order, counting rows from the front of the file.
    """

    num_rows: Ints
    num_blob_rows: Ints
    purges: tuple[Purge, ...] = ()

    @staticmethod
    def nothing() -> Extent:
        """That of an empty file."""
        empty = np.zeros(0, dtype=np.int64)
        return Extent(empty, empty)

    @property
    def restart_step(self) -> int | None:
        """The smallest step at which a writer began again; None if it did not."""
        return min((purge.step for purge in self.purges), default=None)

    def followed_by(self, columns: Columns) -> Extent:
        """That of this and what comes next in the file."""
        num_tags = max(len(self.num_rows), columns.num_tags)
        rows, blob_rows = _extend(self.num_rows, num_tags), _extend(self.num_blob_rows, num_tags)
        later = tuple(
            Purge(
                purge.step,
                rows[: len(purge.rows)] + purge.rows,
                blob_rows[: len(purge.blob_rows)] + purge.blob_rows,
            )
            for purge in columns.purges
        )
        more, more_blobs = (_extend(np.diff(starts), num_tags) for starts in (columns.starts, columns.blob_starts))
        return Extent(rows + more, blob_rows + more_blobs, self.purges + later)


class StoredRows(Protocol):
    """The first rows of a file, where these lie elsewhere than in memory."""

    @property
    def extent(self) -> Extent:
        """How many they are."""

    def read(self, tag_id: int) -> list[_Column]:
        """The columns of a tag that has rows, as many as the extent says."""


class FileLog:
    """What one file gave so far.

    A growing file gives many small batches. They are merged so that each part is twice as long as the next: no row is
    copied more than a few times. Large parts, as slices of a large file are, stay as they are. A store may move rows
    out of memory, the first ones first: it takes them, and says when they are `stored`.

    Attributes:
        tags: All tags; an id is an index into it.
        health: How reading went; None before the first batch.
        stored: The rows that are not in memory.
        serial: A number that no other has.
    """

    _serials = itertools.count()

    def __init__(
        self, tags: tuple[Tag, ...] = (), health: FileHealth | None = None, stored: StoredRows | None = None
    ) -> None:
        self.tags = tags
        self._ids: dict[tuple[str, str], int] = {}
        self.health = health
        self.stored = stored
        self._parts: list[Columns] = []
        self._num_taken = 0
        self.serial = next(self._serials)

    def update(self, batch: Batch) -> None:
        """Adds what a read of the file brought."""
        self.tags, self.health = batch.tags, batch.health
        if not _weigh(batch):
            return
        self._parts.append(batch)
        while len(self._parts) > self._num_taken + 1 and _are_small(*self._parts[-2:]):
            self._parts[-2:] = [merge_columns(self._parts[-2:])]

    @property
    def ids(self) -> Mapping[tuple[str, str], int]:
        """The id of each name and kind."""
        for number in range(len(self._ids), len(self.tags)):
            self._ids[self.tags[number].name, self.tags[number].kind] = number
        return self._ids

    @property
    def num_rows_in_memory(self) -> int:
        """Scalars and blobs that are not stored."""
        return sum(len(part.steps) + len(part.blob_steps) for part in self._parts)

    @property
    def most_rows_in_memory(self) -> int:
        """Those of the tag that has most of them."""
        counts = _NOTHING
        for part in self._parts:
            counts = counts.followed_by(part)
        return int(max(counts.num_rows.max(initial=0), counts.num_blob_rows.max(initial=0)))

    def take(self) -> Columns:
        """All rows in memory, for the caller to store; they stay until `put_away`."""
        self._parts = [merge_columns(self._parts)]
        self._num_taken = 1
        return self._parts[0]

    def put_away(self, stored: StoredRows) -> None:
        """Forgets the rows that were taken last: `stored` holds them, after those that it held before."""
        del self._parts[: self._num_taken]
        self._num_taken = 0
        self.stored = stored

    def stamp(self, tag_id: int) -> Hashable:
        """What stays the same as long as the rows of the tag do, and differs from that of any other file."""
        num_purges = len(self.stored_extent.purges) + sum(len(part.purges) for part in self._parts)
        return self.serial, self._count_rows(tag_id), num_purges

    @property
    def extent(self) -> Extent:
        """How much it gave so far, stored and in memory."""
        extent = self.stored_extent
        for part in self._parts:
            extent = extent.followed_by(part)
        return extent

    @property
    def stored_extent(self) -> Extent:
        """How much is stored."""
        return _NOTHING if self.stored is None else self.stored.extent

    def _count_rows(self, tag_id: int) -> int:
        """Scalars and blobs of a tag."""
        stored = self.stored_extent
        num_rows = _get(stored.num_rows, tag_id) + _get(stored.num_blob_rows, tag_id)
        for part in self._parts:
            if 0 <= tag_id < part.num_tags:
                num_rows += int(part.starts[tag_id + 1] - part.starts[tag_id])
                num_rows += int(part.blob_starts[tag_id + 1] - part.blob_starts[tag_id])
        return num_rows

    def piece(self, tag_id: int, names: tuple[str, ...]) -> tuple[list[_Column], _Purges]:
        """The columns of one tag and its purges as `(row of the tag, step)`; an id that is not known has no rows."""
        starts_name, rows_name = ("starts", "rows") if names is SCALAR_COLUMNS else ("blob_starts", "blob_rows")
        slices: list[list[_Column]] = []
        num_rows, purges = self._read_stored(tag_id, rows_name, slices)
        for part in self._parts:
            is_known = 0 <= tag_id < part.num_tags
            begin, end = getattr(part, starts_name)[tag_id : tag_id + 2].tolist() if is_known else (0, 0)
            purges.extend((num_rows + _get(getattr(purge, rows_name), tag_id), purge.step) for purge in part.purges)
            if end > begin:
                slices.append([getattr(part, name)[begin:end] for name in names])
            num_rows += end - begin
        slices = slices or [[getattr(make_empty_columns(), name) for name in names]]
        return [_concatenate(parts) for parts in zip(*slices, strict=True)], tuple(purges)

    def _read_stored(
        self, tag_id: int, rows_name: str, slices: list[list[_Column]]
    ) -> tuple[int, list[tuple[int, int]]]:
        """How many rows of a tag are stored, and their purges; adds their columns to `slices`."""
        extent = self.stored_extent
        num_rows = _get(getattr(extent, f"num_{rows_name}"), tag_id)
        if num_rows and self.stored is not None:
            slices.append(self.stored.read(tag_id))
        return num_rows, [(_get(getattr(purge, rows_name), tag_id), purge.step) for purge in extent.purges]


_NOTHING = Extent.nothing()
_LARGE = 1 << 18
"""Rows of a part that is not worth copying."""


def _get(counts: Ints, tag_id: int) -> int:
    """The count of a tag; 0 for one that is not known, or came later."""
    return int(counts[tag_id]) if 0 <= tag_id < len(counts) else 0


def _extend(counts: Ints, num_tags: int) -> Ints:
    """The same counts with tags without rows at the end."""
    if len(counts) == num_tags:
        return counts
    return np.pad(counts, (0, num_tags - len(counts)))


def _are_small(part: Columns, later: Columns) -> bool:
    """Whether two parts should become one."""
    return _weigh(later) < _LARGE and _weigh(part) < 2 * _weigh(later)


def _weigh(part: Columns) -> int:
    """How much a part holds, in rows."""
    return len(part.steps) + len(part.blob_steps) + len(part.purges)


def _concatenate(parts: Sequence[_Column]) -> _Column:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
