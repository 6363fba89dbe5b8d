"""One run: what its event files gave, by tag, kept up to date as they grow.

`load` and the dashboard both use it, so both say the same of the same logs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    Tag,
    make_empty_columns,
    merge_columns,
)
from summaries.series import Bools, Piece, Series, find_segments, make_series


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
        self._files: dict[Path, _FileLog] = {}

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
        is_new = path not in self._files
        if is_new or is_replaced:
            self._files[path] = _FileLog()
        if is_new:
            self._files = dict(sorted(self._files.items()))
        self._files[path].update(batch)

    @property
    def tags(self) -> tuple[Tag, ...]:
        """All tags, as the files brought them; the first file's word on display name and description holds."""
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
        return make_series([Piece(steps, times, values, purges) for _, (steps, times, values), purges in pieces])

    def blobs(self, tag: str, kind: str) -> Blobs:
        """The places of a tag's values.

        Raises:
            KeyError: If the run has nothing of this kind under this tag.
        """
        pieces = self._pieces(tag, kind, BLOB_COLUMNS)
        columns = [np.concatenate(parts) for parts in zip(*(columns for _, columns, _ in pieces), strict=True)]
        steps, wall_times, offsets, lengths = columns
        paths = tuple(path for path, columns, _ in pieces for _ in range(len(columns[0])))
        _, is_superseded = find_segments([(columns[0], purges) for _, columns, purges in pieces])
        return Blobs(steps, wall_times, paths, offsets, lengths, is_superseded)

    def _pieces(self, tag: str, kind: str, names: tuple[str, ...]) -> list[tuple[Path, list[_Column], _Purges]]:
        """What each file gave for the tag, as (file, columns, purges); KeyError if none has the tag."""
        ids = [log.ids.get((tag, kind), -1) for log in self._files.values()]
        if all(number < 0 for number in ids):
            raise KeyError(tag)
        logs = zip(self._files.items(), ids, strict=True)
        return [(path, *log.piece(number, names)) for (path, log), number in logs]


_Column = npt.NDArray[Any]
_Purges = tuple[tuple[int, int], ...]


class _FileLog:
    """What one file gave so far.

    A growing file gives many small batches. They are merged so that each part is twice as long as the next: there are
    never more than a few dozen, and no row is copied more often than that.
    """

    def __init__(self) -> None:
        self.tags: tuple[Tag, ...] = ()
        self.ids: dict[tuple[str, str], int] = {}
        self.health: FileHealth | None = None
        self._parts: list[Columns] = []

    def update(self, batch: Batch) -> None:
        for number in range(len(self.tags), len(batch.tags)):
            self.ids[batch.tags[number].name, batch.tags[number].kind] = number
        self.tags, self.health = batch.tags, batch.health
        if not _weigh(batch):
            return
        self._parts.append(batch)
        while len(self._parts) > 1 and _weigh(self._parts[-2]) < 2 * _weigh(self._parts[-1]):
            self._parts[-2:] = [merge_columns(self._parts[-2:])]

    def piece(self, tag_id: int, names: tuple[str, ...]) -> tuple[list[_Column], _Purges]:
        """The columns of one tag and its purges as `(row of the tag, step)`; an id that is not known has no rows."""
        starts_name, rows_name = ("starts", "rows") if names is SCALAR_COLUMNS else ("blob_starts", "blob_rows")
        purges: list[tuple[int, int]] = []
        slices: list[tuple[Columns, slice]] = []
        num_rows = 0
        for part in self._parts:
            is_known = 0 <= tag_id < part.num_tags
            begin, end = getattr(part, starts_name)[tag_id : tag_id + 2].tolist() if is_known else (0, 0)
            for purge in part.purges:
                row = int(getattr(purge, rows_name)[tag_id]) if is_known else 0
                purges.append((num_rows + row, purge.step))
            slices.append((part, slice(begin, end)))
            num_rows += end - begin
        empty = make_empty_columns()
        parts = [(part, rows) for part, rows in slices if rows.stop > rows.start] or [(empty, slice(0, 0))]
        return [_concatenate([getattr(part, name)[rows] for part, rows in parts]) for name in names], tuple(purges)


def _weigh(part: Columns) -> int:
    """How much a part holds, in rows."""
    return len(part.steps) + len(part.blob_steps) + len(part.purges)


def _concatenate(parts: list[_Column]) -> _Column:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
