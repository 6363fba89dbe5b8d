"""What moves rows from memory into the index, out of the way of whoever looks at a page.

A file is due when a tag has enough rows for a chunk, or when nothing came for a while. Nothing is written until the
first view was answered, and writing pauses while views are asked for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from dashboard.store.chunks import Column
from dashboard.store.facts import encode_facts
from dashboard.store.file_rows import IndexedFile
from dashboard.store.index import MIN_ROWS, Index
from dashboard.store.run_state import RunState
from summaries import Facts
from summaries.columns import Columns
from summaries.run import Extent, FileLog

ROWS_AT_ONCE = 1 << 18
FILES_AT_ONCE = 256


@dataclass(frozen=True)
class Pace:
    """When rows are written.

    Attributes:
        idle_secs: After so long without a row those of a file are written, however few.
        first_view_secs: How long the first view is waited for.
        quiet_secs: A view is answered when nothing was asked for so long.
        max_pause_secs: A chunk is written after this, however many views are asked for.
        rows_to_keep: With more of them in memory, the longest there are written, however few of a tag; with twice as
            many, without pausing. A row takes 24 or 32 bytes.
        max_rows_in_memory: With more of them, reading waits for writing.
    """

    idle_secs: float = 5.0
    first_view_secs: float = 5.0
    quiet_secs: float = 0.02
    max_pause_secs: float = 0.1
    rows_to_keep: int = 1 << 19
    max_rows_in_memory: int = 1 << 24


@dataclass(frozen=True)
class IndexedRows:
    """Rows of a file that are in the index.

    Attributes:
        index: Which.
        number: Of the file in it.
        file: Has the tags.
        extent: How many rows.
    """

    index: Index
    number: int
    file: FileLog
    extent: Extent

    def read(self, tag_id: int) -> list[Column]:
        """The columns of a tag.

        Raises:
            IndexDamagedError: If the index cannot give them.
        """
        num_rows = int(self.extent.num_rows[tag_id] + self.extent.num_blob_rows[tag_id])
        return self.index.read(self.number, self.file.tags[tag_id], num_rows)


@dataclass(frozen=True)
class _Taken:
    """Rows on their way into the index."""

    run: RunState
    file: FileLog
    entry: IndexedFile
    columns: Columns


class Indexer:
    """Knows what is not in the index yet, and writes it. `write` is for one thread, all else for any."""

    def __init__(
        self,
        index: Index,
        pace: Pace,
        clock: Callable[[], float] = time.monotonic,
        on_stored: Callable[[Collection[str]], None] = lambda runs: None,
    ) -> None:
        """Writes nothing yet.

        Args:
            index: Where to.
            pace: When.
            clock: Seconds.
            on_stored: Told the names of runs whose rows have left memory.
        """
        self.index = index
        self._pace = pace
        self._on_stored = on_stored
        self._clock = clock
        self._room = threading.Condition()
        self._changed: dict[Path, tuple[RunState, float]] = {}
        self._removed: list[int] = []
        self._num_rows = 0
        self._last_asked = -1.0
        self._started = clock()
        self._is_stopped = False

    def changing(self) -> AbstractContextManager[object]:
        """Held while files are taken in or replaced: meanwhile none is taken to be written."""
        return self._room

    def note(self, run: RunState, path: Path, num_rows: int) -> None:
        """Says that rows of a file came into memory; waits while there are too many."""
        with self._room:
            has_begun = self._has_work
            self._changed[path] = run, self._clock()
            self._num_rows += num_rows
            if self._is_full or not has_begun:
                self._room.notify_all()
            self._room.wait_for(lambda: self._is_stopped or not self._is_full)

    def note_removed(self, file: FileLog | None) -> None:
        """Says that a file is gone, or another one now."""
        if file is not None and isinstance(file.stored, IndexedRows):
            with self._room:
                self._removed.append(file.stored.number)
                self._room.notify_all()

    def note_view(self) -> None:
        """Says that a view is being answered."""
        self._last_asked = self._clock()

    def wait(self, secs: float) -> None:
        """Waits until there is something to write, and then a while, less if there is no room any more."""
        with self._room:
            self._room.wait_for(lambda: self._is_stopped or self._has_work)
            self._room.wait_for(lambda: self._is_stopped or self._is_full, secs)

    def stop(self) -> None:
        """Has nobody wait for room any more: nothing will be written."""
        with self._room:
            self._is_stopped = True
            self._room.notify_all()

    def begin_anew(self, index: Index, runs: Sequence[RunState]) -> None:
        """Has all rows of `runs`, which are in memory now, go into another index."""
        with self._room:
            self.index = index
            self._removed = []
            self._changed = {path: (run, 0.0) for run in runs for path in run.log.files}
            self._count_rows()

    def _count_rows(self) -> None:
        """Counts the rows in memory anew: some went with files that were replaced."""
        files = (run.log.files.get(path) for path, (run, _) in self._changed.items())
        self._num_rows = sum(file.num_rows_in_memory for file in files if file is not None)
        self._room.notify_all()

    @property
    def _has_work(self) -> bool:
        return bool(self._changed or self._removed)

    @property
    def _is_full(self) -> bool:
        return self._num_rows > self._pace.max_rows_in_memory

    @property
    def may_begin(self) -> bool:
        """Whether the first view was answered, or need not be waited for."""
        now = self._clock()
        is_answered = 0 <= self._last_asked < now - self._pace.quiet_secs
        return is_answered or self._is_full or now - self._started > self._pace.first_view_secs

    def write(self, *, all_of_it: bool = False) -> bool:
        """Writes some of what is due, in one transaction.

        Args:
            all_of_it: Whether everything is due, and views are not waited for.

        Returns:
            Whether there was something to write.

        Raises:
            sqlite3.Error: If it could not be written; it stays in memory.
            IndexDamagedError: If the index cannot be read.
        """
        with self._room:
            removed, self._removed = self._removed, []
            due = list(self._iter_due(all_of_it))
            for path, _ in due:
                del self._changed[path]
            taken = [one for path, run in due if (one := _take(run, path)) is not None]
            if not (removed or taken):
                self._count_rows()
                return False
        try:
            numbers = self.index.write(
                [(one.entry, one.columns) for one in taken],
                {one.run.name: _encode_facts(one.run) for one in taken},
                removed,
                pause=(lambda: None) if all_of_it else self._pause,
            )
        except BaseException:
            with self._room:
                self._removed += removed
                self._changed = {path: (run, 0.0) for path, run in due} | self._changed
                self._count_rows()
            raise
        self._put_away(taken, numbers)
        return True

    def _iter_due(self, all_of_it: bool) -> Iterator[tuple[Path, RunState]]:
        """Files to write now, not too many at once."""
        num_files = num_rows = 0
        now = self._clock()
        # Down to half of what is kept: a short chunk is made anew with the rows that come next, so not for few of them.
        is_crowded = self._num_rows > self._pace.rows_to_keep
        num_to_write = self._num_rows - self._pace.rows_to_keep // 2 if is_crowded else 0
        for path, (run, changed) in self._changed.items():
            file = run.log.files.get(path)
            is_due = all_of_it or self._is_full or num_rows < num_to_write or now - changed >= self._pace.idle_secs
            if is_due or (file is not None and _has_chunk(file)):
                yield path, run
                num_files += 1
                num_rows += 0 if file is None else file.num_rows_in_memory
            if num_files >= FILES_AT_ONCE or num_rows >= ROWS_AT_ONCE:
                return

    def _pause(self) -> None:
        """Waits while views are asked for."""
        until = self._clock() + self._pace.max_pause_secs
        with self._room:
            while self._clock() < min(until, self._last_asked + self._pace.quiet_secs):
                if self._is_stopped or self._num_rows > 2 * self._pace.rows_to_keep:
                    return
                self._room.wait(self._pace.quiet_secs)

    def _put_away(self, taken: Sequence[_Taken], numbers: Sequence[int]) -> None:
        for one, number in zip(taken, numbers, strict=True):
            with one.run.lock:
                one.file.put_away(IndexedRows(self.index, number, one.file, one.entry.extent))
                is_replaced = one.run.log.files.get(one.entry.path) is not one.file
            if is_replaced:
                self.note_removed(one.file)
        self._on_stored({one.run.name for one in taken})
        with self._room:
            self._count_rows()


def count_rows(columns: Columns) -> int:
    """Scalars and blobs."""
    return len(columns.steps) + len(columns.blob_steps)


def _has_chunk(file: FileLog) -> bool:
    """Whether a tag has enough rows in memory for a chunk."""
    return file.num_rows_in_memory >= MIN_ROWS and file.most_rows_in_memory >= MIN_ROWS


def _take(run: RunState, path: Path) -> _Taken | None:
    """The rows of a file that are in memory; None if it is gone."""
    with run.lock:
        file = run.log.files.get(path)
        if file is None:
            return None
        columns = file.take()
        number = file.stored.number if isinstance(file.stored, IndexedRows) else None
        extent = file.stored_extent.followed_by(columns)
        counted = run.series_tallies[path].encode()
        entry = IndexedFile(number, run.name, path, file.tags, run.states[path], extent, run.tallies[path], counted)
        return _Taken(run, file, entry, columns)


def _encode_facts(run: RunState) -> str:
    """What a run says of itself; "" if it says nothing."""
    facts = run.read_facts()
    return "" if facts == Facts() else encode_facts(facts)
