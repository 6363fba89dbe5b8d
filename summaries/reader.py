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
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType

import google_crc32c as crc32c

from summaries.columns import Batch, Columns, FileHealth, FileState, Problem, Tag, make_batch, make_empty_columns
from summaries.portable_scan import Scan
from summaries.records import BAD_LENGTH, BAD_PAYLOAD, FOOTER_BYTES, HEADER_BYTES, UNFINISHED, Gap, mask, pack_u32
from summaries.remote_files import is_remote_path, read_range
from summaries.scan import Scanner, make_scanner
from summaries.sources import LocalSource, Source

SLICE_BYTES = 64 << 20
"""How much of a large file is read at once, about, by those that read it slice by slice."""
_WINDOW_BYTES = 256 << 10
_MAX_WASTED_BYTES = 1 << 30
_HEAD_BYTES = 64
_MAX_OPEN_BYTES = 1 << 20
"""How long a damaged end of a growing file may be to be read again. Network file systems show zeros there for what is
still on its way."""
_NO_STATE = FileState("", b"", 0, 0, 0, 0, (), is_torn=False, tags=())


class EventFileReader:
    """Reads an event file from front to back; each call of `read` brings what was appended since.

    Damage is passed over and counted in the health; a file that holds no record at all is one problem, not an error.
    The file is open only during a call, so thousands of readers need no descriptors. Not thread-safe.

    Attributes:
        path: The file.
        generation: How often the file turned out to be another one than before, or rewritten.
        is_behind: Whether the last `read` stopped before the end of the file, at `max_bytes`.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        state: FileState | None = None,
        open_source: Callable[[Path], Source] = LocalSource,
        make_scanner: Callable[[Iterable[Tag]], Scanner] = make_scanner,
        window_bytes: int = _WINDOW_BYTES,
    ) -> None:
        """Reads nothing yet.

        Args:
            path: The file.
            state: The `state` of an earlier reader, maybe of another process: reading goes on from there. If the file
                is no longer the same, reading begins at its front, and `generation` is 1 afterwards.
            open_source: Opens the file.
            make_scanner: Makes what turns bytes into columns, given the tags that are known.
            window_bytes: How many bytes are held in memory at once, unless one record is longer.
        """
        self.path = path if isinstance(path, Path) else Path(path)  # one that is shared keeps its hash
        self.generation = 0
        self.is_behind = False
        self._open_source = open_source
        self._make_scanner = make_scanner
        self._window_bytes = max(window_bytes, HEADER_BYTES)
        self._start_from(state or _NO_STATE)

    def _start_from(self, state: FileState) -> None:
        self._scanner: Scanner | None = None
        self._tags = state.tags
        self._identity, self._head = state.identity, state.head
        self._offset, self._size, self._mtime_ns = state.offset, state.size, state.mtime_ns
        self._num_records = state.num_records
        self._problems = list(state.problems)
        self._is_torn = state.is_torn
        self._num_wasted = 0

    @property
    def state(self) -> FileState:
        """Where reading stands."""
        return FileState(
            identity=self._identity,
            head=self._head,
            offset=self._offset,
            size=self._size,
            mtime_ns=self._mtime_ns,
            num_records=self._num_records,
            problems=tuple(self._problems),
            is_torn=self._is_torn,
            tags=self._tags if self._scanner is None else self._scanner.tags,
        )

    def read(self, *, is_finished: bool = False, max_bytes: int = sys.maxsize) -> Batch:
        """Reads what was appended since the last call.

        If the file shrank, or is another one now, all of it is read and `generation` is one higher: what was read
        before is void.

        Args:
            is_finished: Whether the file has ended. If so, an unfinished record at the end is a problem; if not, it
                waits.
            max_bytes: How much of the file to read, about; `is_behind` tells whether there is more.

        Raises:
            OSError: If the file cannot be read; the next call reads the same once more.
        """
        before, generation = self.state, self.generation
        try:
            columns = self._read_new(is_finished=is_finished, max_bytes=max_bytes)
        except OSError:  # the next call reads again what this one had read
            self._start_from(before)
            self.generation, self.is_behind = generation, False
            raise
        if is_finished and not self.is_behind:
            self._scanner = None  # what it knows of names takes more memory than the rows of a small file
        elif not self.is_behind:
            self._keep_end_open()
        return make_batch(columns, self._tags, self.health)

    @property
    def health(self) -> FileHealth:
        """How reading went so far."""
        return FileHealth(self.path, self._offset, self._num_records, tuple(self._problems), self._is_torn)

    def _read_new(self, *, is_finished: bool, max_bytes: int) -> Columns:
        with self._open_source(self.path) as source:
            self._check_identity(source)
            self._problems = [problem for problem in self._problems if problem.offset < self._offset]
            scanner = self._scanner = self._scanner or self._make_scanner(self._tags)
            self._scan(source, scanner, is_finished=is_finished, max_bytes=max_bytes)
        self._tags = scanner.tags
        return scanner.take()

    def _check_identity(self, source: Source) -> None:
        """Starts over if the file is not the one that was read before, or was rewritten."""
        head = source.read(0, _HEAD_BYTES)
        is_same = self._identity in ("", source.identity) and source.size >= self._offset
        if not (is_same and head.startswith(self._head)):
            self._start_from(_NO_STATE)
            self.generation += 1
        self._identity, self._head = source.identity, head
        self._size, self._mtime_ns = source.size, source.mtime_ns

    def _scan(self, source: Source, scanner: Scanner, *, is_finished: bool, max_bytes: int) -> None:
        """Scans the file window by window from where the last call ended."""
        limit = min(source.size, self._offset + max_bytes)
        length, fault = self._window_bytes, ""
        self.is_behind = False
        while self._offset < limit:
            window = _take_window(length)[: source.size - self._offset]
            window = window[: source.read_into(window, self._offset)]
            is_last = not window or self._offset + len(window) >= source.size
            is_growing = not (is_finished and is_last)
            found = scanner.scan(window, offset=self._offset, is_growing=is_growing, fault=fault)
            self._note(found)
            if is_last:
                return
            length, fault = self._look_at_long_record(source, found.num_bytes_needed)
            if fault == UNFINISHED and not is_finished:
                return
        self.is_behind = self._offset < source.size
        self._is_torn &= not self.is_behind

    def _look_at_long_record(self, source: Source, length: int) -> tuple[int, str]:
        """How much to read at once so that the next record is seen whole, and what is wrong with it.

        One that is longer than a window is only taken into memory if its checksum holds. After gigabytes of false
        claims none is believed, so that a file made of them is read in bounded time.
        """
        if length <= self._window_bytes:
            return self._window_bytes, ""
        if length > source.size - self._offset:
            return self._window_bytes, UNFINISHED
        if self._num_wasted > _MAX_WASTED_BYTES or not self._is_sound(source, length):
            self._num_wasted += length
            return self._window_bytes, BAD_PAYLOAD
        return length, ""

    def _is_sound(self, source: Source, length: int) -> bool:
        """Whether the checksum of the payload of the next record holds, which is `length` bytes long in all."""
        begin, end = self._offset + HEADER_BYTES, self._offset + length - FOOTER_BYTES
        crc = 0
        for place in range(begin, end, self._window_bytes):
            crc = crc32c.extend(crc, source.read(place, min(self._window_bytes, end - place)))
        return source.read(end, FOOTER_BYTES) == pack_u32(mask(crc))

    def _note(self, found: Scan) -> None:
        self._offset = found.end
        self._num_records += found.num_records
        self._is_torn = found.num_bytes_needed > 0
        for gap in found.gaps:
            self._note_gap(gap)

    def _keep_end_open(self) -> None:
        """Has the next read begin at a damaged end, which is a problem for as long as it stays one."""
        last = self._problems[-1] if self._problems else None
        if last is None or last.reason not in (BAD_LENGTH, BAD_PAYLOAD):
            return
        if last.offset + last.num_bytes == self._offset and last.num_bytes <= _MAX_OPEN_BYTES:
            self._offset, self._is_torn = last.offset, True

    def _note_gap(self, gap: Gap) -> None:
        """Adds a problem; a gap that goes on from the last one belongs to it."""
        last = self._problems[-1] if self._problems else None
        if last is not None and last.offset + last.num_bytes == gap.offset:
            self._problems[-1] = dataclasses.replace(last, num_bytes=last.num_bytes + gap.num_bytes)
        else:
            self._problems.append(Problem(gap.offset, gap.reason, gap.num_bytes))

    def close(self) -> None:
        """Forgets what was read; the next `read` begins at the front."""
        self._start_from(_NO_STATE)

    def __enter__(self) -> EventFileReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


_windows = threading.local()


def _take_window(length: int) -> memoryview:
    """Memory for one window, the same one in each thread unless a record is longer."""
    if length > _WINDOW_BYTES:
        return memoryview(bytearray(length))
    if not hasattr(_windows, "kept"):
        _windows.kept = memoryview(bytearray(_WINDOW_BYTES))
    kept: memoryview = _windows.kept
    return kept[:length]


def make_empty_batch(path: Path) -> Batch:
    """What a read of an empty file brings."""
    return make_batch(make_empty_columns(), (), FileHealth(path, 0, 0, (), is_torn=False))


def read_blob(path: str | os.PathLike[str], offset: int, length: int) -> bytes:
    """The bytes of a blob: a serialised `Summary.Value`, or a graph.

    Raises:
        OSError: If the file cannot be read.
        EOFError: If it ends before: it was cut or replaced since its place was noted.
    """
    if is_remote_path(path):
        blob = read_range(path, offset, length)
    else:
        with open(path, "rb", buffering=0) as file:
            blob = os.pread(file.fileno(), length, offset)
    if len(blob) != length:
        raise EOFError(f"{path} must hold {length} bytes at offset {offset}; got {len(blob)}. Read the file again.")
    return blob
