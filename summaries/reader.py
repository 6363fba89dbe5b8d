"""Reads one event file, finished or growing, into columns.

Synopsis:
    >>> import tempfile, pathlib
    >>> from summaries.records import frame
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "events.out.tfevents.0000000001.box"
    >>> _ = path.write_bytes(frame(b""))
    >>> with EventFileReader(path) as reader:
    ...     reader.read().health.num_records
    1
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import numpy as np

from summaries.columns import Batch, Columns, FileHealth, Problem, Purge
from summaries.records import Gap
from summaries.scan import Scan, scan
from summaries.tags import TagTable

_WINDOW_BYTES = 16 << 20
_HEAD_BYTES = 64


class EventFileReader:
    """Reads an event file from front to back; each call of `read` brings what was appended since.

    Damage is passed over and counted in the health; a file that holds no record at all is one problem, not an error.
    The file is open only during a call, so thousands of readers need no descriptors. Not thread-safe.
    """

    def __init__(self, path: str | os.PathLike[str], *, window_bytes: int = _WINDOW_BYTES) -> None:
        """Reads nothing yet.

        Args:
            path: The file.
            window_bytes: How many bytes are held in memory at once, unless one record is longer.
        """
        self.path = Path(path)
        self.generation = 0
        self._window_bytes = window_bytes
        self._start_over()

    def _start_over(self) -> None:
        self._table = TagTable()
        self._identity: tuple[int, int] | None = None
        self._head = b""
        self._offset = 0
        self._num_records = 0
        self._problems: list[Problem] = []
        self._is_torn = False

    def read(self, *, is_finished: bool = False) -> Batch:
        """Reads what was appended since the last call.

        If the file shrank, or is another one now, all of it is read and `generation` is one higher: what was read
        before is void.

        Args:
            is_finished: Whether the file has ended. If so, an unfinished record at the end is a problem; if not, it
                waits.

        Raises:
            OSError: If the file cannot be read.
        """
        with open(self.path, "rb", buffering=0) as file:
            self._check_identity(file.fileno())
            parts = [found.columns for found in self._iter_scans(file.fileno(), is_finished=is_finished)]
        columns = _concatenate(parts)
        fields = {field.name: getattr(columns, field.name) for field in dataclasses.fields(Columns)}
        return Batch(**fields, tags=tuple(self._table.tags), health=self.health)

    @property
    def health(self) -> FileHealth:
        """How reading went so far."""
        return FileHealth(self.path, self._offset, self._num_records, tuple(self._problems), self._is_torn)

    def _check_identity(self, descriptor: int) -> None:
        """Starts over if the file is not the one that was read before, or was rewritten."""
        status = os.fstat(descriptor)
        identity = status.st_dev, status.st_ino
        head = os.pread(descriptor, _HEAD_BYTES, 0)
        is_same = self._identity in (None, identity) and status.st_size >= self._offset and head.startswith(self._head)
        if not is_same:
            self._start_over()
            self.generation += 1
        self._identity, self._head = identity, head

    def _iter_scans(self, descriptor: int, *, is_finished: bool) -> Iterator[Scan]:
        """Scans the file window by window from where the last call ended."""
        size = os.fstat(descriptor).st_size
        window_bytes = self._window_bytes
        while self._offset < size:
            data = os.pread(descriptor, min(window_bytes, size - self._offset), self._offset)
            is_last = self._offset + len(data) >= size
            found = scan(data, self._table, offset=self._offset, is_growing=not (is_finished and is_last))
            self._note(found)
            yield found
            if is_last or not data:
                break
            window_bytes = max(self._window_bytes, found.num_bytes_needed)

    def _note(self, found: Scan) -> None:
        self._offset = found.end
        self._num_records += found.num_records
        self._is_torn = found.num_bytes_needed > 0
        for gap in found.gaps:
            self._note_gap(gap)

    def _note_gap(self, gap: Gap) -> None:
        """Adds a problem; a gap that goes on from the last one belongs to it."""
        last = self._problems[-1] if self._problems else None
        if last is not None and last.offset + last.num_bytes == gap.offset:
            self._problems[-1] = dataclasses.replace(last, num_bytes=last.num_bytes + gap.num_bytes)
        else:
            self._problems.append(Problem(gap.offset, gap.reason, gap.num_bytes))

    def close(self) -> None:
        """Forgets what was read; the next `read` begins at the front."""
        self._start_over()

    def __enter__(self) -> EventFileReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def make_empty_batch(path: Path) -> Batch:
    """What a read of an empty file brings."""
    columns = _concatenate([])
    fields = {field.name: getattr(columns, field.name) for field in dataclasses.fields(Columns)}
    return Batch(**fields, tags=(), health=FileHealth(path, 0, 0, (), is_torn=False))


def read_blob(path: str | os.PathLike[str], offset: int, length: int) -> bytes:
    """The bytes of a blob: a serialised `Summary.Value`, or a graph.

    Raises:
        OSError: If the file cannot be read.
        EOFError: If it ends before: it was cut or replaced since its place was noted.
    """
    with open(path, "rb", buffering=0) as file:
        blob = os.pread(file.fileno(), length, offset)
    if len(blob) != length:
        raise EOFError(f"{path} must hold {length} bytes at offset {offset}; got {len(blob)}. Read the file again.")
    return blob


def _concatenate(parts: list[Columns]) -> Columns:
    """One set of columns from those of adjoining stretches."""
    if len(parts) == 1:
        return parts[0]
    parts = parts or [scan(b"", TagTable(), offset=0, is_growing=True).columns]
    purges: list[Purge] = []
    row = blob_row = 0
    for part in parts:
        purges.extend(Purge(purge.step, purge.row + row, purge.blob_row + blob_row) for purge in part.purges)
        row, blob_row = row + len(part.steps), blob_row + len(part.blob_steps)
    names = [field.name for field in dataclasses.fields(Columns) if field.name != "purges"]
    arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Columns(**arrays, purges=tuple(purges))
