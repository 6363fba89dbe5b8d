"""One run: what its event files gave, by tag, kept up to date as they grow.

`load` and the dashboard both use it, so both say the same of the same logs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from summaries.columns import Batch, Columns, FileHealth, Floats, Ints, Tag
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
        ids = self._ids(tag, "scalars")
        pieces = [log.scalars.piece(number) for log, number in zip(self._files.values(), ids, strict=True)]
        return make_series([Piece(steps, times, values, purges) for (steps, times, values), purges in pieces])

    def blobs(self, tag: str, kind: str) -> Blobs:
        """The places of a tag's values.

        Raises:
            KeyError: If the run has nothing of this kind under this tag.
        """
        ids = self._ids(tag, kind)
        pieces = [log.blobs.piece(number) for log, number in zip(self._files.values(), ids, strict=True)]
        columns = [np.concatenate(parts) for parts in zip(*(columns for columns, _ in pieces), strict=True)]
        steps, wall_times, offsets, lengths = columns
        paths = tuple(path for path, (parts, _) in zip(self._files, pieces, strict=True) for _ in range(len(parts[0])))
        _, is_superseded = find_segments([(parts[0], purges) for parts, purges in pieces])
        return Blobs(steps, wall_times, paths, offsets, lengths, is_superseded)

    def _ids(self, tag: str, kind: str) -> list[int]:
        """The tag's id in each file, -1 where it has none; KeyError if it has none at all."""
        ids = [log.ids.get((tag, kind), -1) for log in self._files.values()]
        if all(number < 0 for number in ids):
            raise KeyError(tag)
        return ids


class _FileLog:
    """What one file gave so far, by tag."""

    def __init__(self) -> None:
        self.tags: tuple[Tag, ...] = ()
        self.ids: dict[tuple[str, str], int] = {}
        self.health: FileHealth | None = None
        self.scalars = _ByTag((np.int64, np.float64, np.float64))
        self.blobs = _ByTag((np.int64, np.float64, np.int64, np.int64))

    def update(self, batch: Batch) -> None:
        for number in range(len(self.tags), len(batch.tags)):
            self.ids[batch.tags[number].name, batch.tags[number].kind] = number
        self.tags, self.health = batch.tags, batch.health
        _add_scalars(self.scalars, batch)
        _add_blobs(self.blobs, batch)


def _add_scalars(log: _ByTag, batch: Columns) -> None:
    columns = (batch.steps, batch.wall_times, batch.values)
    log.add(batch.tag_ids, columns, [(purge.row, purge.step) for purge in batch.purges])


def _add_blobs(log: _ByTag, batch: Columns) -> None:
    columns = (batch.blob_steps, batch.blob_wall_times, batch.blob_offsets, batch.blob_lengths)
    log.add(batch.blob_tag_ids, columns, [(purge.blob_row, purge.step) for purge in batch.purges])


_Column = npt.NDArray[Any]


@dataclass
class _ByTag:
    """Rows of several columns, kept by tag id in the order in which they came."""

    dtypes: tuple[type[np.generic], ...]
    _chunks: dict[int, list[tuple[_Column, ...]]] = field(default_factory=dict)
    _num_rows: dict[int, int] = field(default_factory=dict)
    _purges: list[tuple[dict[int, int], int]] = field(default_factory=list)

    def add(self, tag_ids: npt.NDArray[np.int32], columns: tuple[_Column, ...], purges: list[tuple[int, int]]) -> None:
        """Adds rows; each purge is `(row, step)` and stands before that row."""
        begin = 0
        for row, step in purges:
            self._add_rows(tag_ids[begin:row], tuple(column[begin:row] for column in columns))
            self._purges.append((dict(self._num_rows), step))
            begin = row
        self._add_rows(tag_ids[begin:], tuple(column[begin:] for column in columns))

    def _add_rows(self, tag_ids: npt.NDArray[np.int32], columns: tuple[_Column, ...]) -> None:
        order = np.argsort(tag_ids, kind="stable")
        ids, starts = np.unique(tag_ids[order], return_index=True)
        for tag_id, rows in zip(ids.tolist(), np.split(order, starts[1:]), strict=False):
            self._chunks.setdefault(tag_id, []).append(tuple(column[rows] for column in columns))
            self._num_rows[tag_id] = self._num_rows.get(tag_id, 0) + len(rows)

    def piece(self, tag_id: int) -> tuple[list[_Column], tuple[tuple[int, int], ...]]:
        """The columns of one tag and its purges as `(row of the tag, step)`; an id that is not known has no rows."""
        chunks = self._chunks.get(tag_id, [])
        if not chunks:
            columns = [np.zeros(0, dtype=dtype) for dtype in self.dtypes]
        else:
            columns = [np.concatenate(parts) for parts in zip(*chunks, strict=True)]
            self._chunks[tag_id] = [tuple(columns)]
        return columns, tuple((counts.get(tag_id, 0), step) for counts, step in self._purges)
