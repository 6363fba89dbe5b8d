"""The store that keeps its columns in an index on disk, so that opening a logdir again costs only what is new.

It is the store in memory, with an `Indexer` that moves rows out of it. What the index cannot give any more is read
from the event files again, which are the truth.
"""

from __future__ import annotations

import dataclasses
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from dashboard.store import schema
from dashboard.store.facts import decode_facts
from dashboard.store.file_rows import IndexedFile
from dashboard.store.index import Index, IndexDamagedError
from dashboard.store.index_files import prune
from dashboard.store.indexer import IndexedRows, Indexer, Pace, count_rows
from dashboard.store.lock import WriterLock
from dashboard.store.memory import MAX_CACHE_BYTES, MemoryStore
from dashboard.store.rereading import read_front
from dashboard.store.run_state import RunState, name_tags
from dashboard.store.series_tally import FileTallies, RunTallies, TalliesError, name_scalars
from summaries import Blobs, FileHealth, Mark, RunUpdate, Series
from summaries.reader import make_empty_batch
from summaries.run import FileLog

_log = logging.getLogger(__name__)

LOOK_SECS = 0.5
"""How often there is a look for rows that are due."""
CLOSE_SECS = 5.0
"""How long the end may take."""
MAX_INDEX_BYTES = 8 << 30
"""No index becomes larger; that is a billion points."""
MAX_REBUILT = 3
"""An index that turns out damaged more often while a board runs is given up."""
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})

_Answer = TypeVar("_Answer")


class SqliteStore(MemoryStore):
    """Runs, series and places of blobs in an index, and in memory what is not in it yet."""

    def __init__(
        self,
        path: Path,
        logdir: str,
        *,
        pace: Pace | None = None,
        max_index_bytes: int = MAX_INDEX_BYTES,
        max_cache_bytes: int = MAX_CACHE_BYTES,
    ) -> None:
        """Opens the index and lists what it knows; one that cannot be used begins anew. Writes nothing before `start`.

        Args:
            path: The index' file.
            logdir: What tells the logdir from every other.
            pace: When rows are written.
            max_index_bytes: At this size nothing more is written.
            max_cache_bytes: As of `MemoryStore`.

        Raises:
            lock.HeldError: If another store writes the index.
            OSError: If there can be no index.
        """
        super().__init__(max_cache_bytes=max_cache_bytes)
        self._path, self._logdir, self._max_index_bytes = path, logdir, max_index_bytes
        self._lock_file = WriterLock(path.with_suffix(".lock"))
        self._write_lock = threading.RLock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_writing = True
        self._run_names: dict[Path, str] = {}
        self._num_rebuilt = 0
        try:
            self._indexer = Indexer(self._open(), pace or Pace(), on_stored=self._forget)
        except BaseException:
            self._lock_file.close()
            raise

    def _open(self) -> Index:
        """Opens the index; begins anew if that cannot be used."""
        try:
            index = Index(self._path, self._logdir)
        except schema.IndexUnusableError as error:
            return self._begin_anew(str(error))
        try:
            self._restore(index)
        except IndexDamagedError as error:
            index.close()
            return self._begin_anew(str(error))
        return index

    def _begin_anew(self, reason: str) -> Index:
        """Makes an empty index in place of the one that is there; OSError if that cannot be."""
        self._remark(f"The index {self._path} {reason}. It is built anew.")
        schema.remove(self._path)
        try:
            return Index(self._path, self._logdir)
        except schema.IndexUnusableError as error:
            raise OSError(f"the index {self._path} {error}") from error

    def _remark(self, sentence: str) -> None:
        _log.warning("%s", sentence)
        self._remarks.append(sentence)

    def _restore(self, index: Index) -> None:
        """Lists what the index knows."""
        files, facts = index.read_files(), index.read_facts()
        lists = {id(file.tags): file.tags for file in files}
        names = {number: (name_tags(tags), name_scalars(tags)) for number, tags in lists.items()}
        runs: dict[str, RunState] = {}
        for file in files:
            run = runs.setdefault(file.run, RunState(file.run))
            names_of_tags, scalars = names[id(file.tags)]
            counted = FileTallies(scalars, file.series_tallies, file.extent.restart_step)
            run.put(file.path, _make_log(index, file), file.state, file.tally, counted, names_of_tags)
        for name, run in runs.items():
            if name in facts:
                run.read_facts = partial(decode_facts, facts[name])
        self._runs = runs
        self._run_names = {file.path: file.run for file in files}
        for run in runs.values():
            self._listing.put(run.name, run.tags, run.make_facts)

    def start(self) -> None:
        """Begins to write the index in the background."""
        self._thread = threading.Thread(target=self._write_in_background, name="board-indexer", daemon=True)
        self._thread.start()

    def append(self, update: RunUpdate) -> None:
        """Takes in what one read of one event file brought; waits while too much of it is not in the index yet."""
        damage = None
        with self._indexer.changing():
            index = self._indexer.index
            before = self._find_file(update)
            try:
                _saying_damage(partial(super().append, update))
            except IndexDamagedError as error:  # the update itself was taken in; old records were to be read
                damage = error
            self._indexer.note_removed(before)
        if damage is not None:
            self._rebuild(index, str(damage))
        run = self._runs.get(update.run)
        if run is None or update.path not in run.log.files:
            self._run_names.pop(update.path, None)
        else:
            self._run_names[update.path] = update.run
            self._indexer.note(run, update.path, count_rows(update.batch))

    def _find_file(self, update: RunUpdate) -> FileLog | None:
        """What the store holds of a file that is replaced, if it does.

        The index knows of some files only, when a process was killed; so another one may find that a file belongs to
        another run than the index says, since sub-runs are folded by what all of them hold. Then it is moved.
        """
        name = self._run_names.get(update.path, update.run)
        run = self._runs.get(name)
        file = None if run is None else run.log.files.get(update.path)
        if run is None or file is None or (name == update.run and not update.is_replaced):
            return None
        if name != update.run:
            front = read_front(update.path, run.states[update.path])
            gone = make_empty_batch(update.path)
            super().append(dataclasses.replace(update, run=name, batch=gone, is_replaced=True))
            if front is not None and not update.is_replaced:
                tags = update.batch.tags[: len(front.tags)]
                front = dataclasses.replace(front, tags=tags, health=update.batch.health)
                super().append(dataclasses.replace(update, batch=front))
        return file

    def series(self, run: str, tag: str) -> Series:
        """All points of a scalar tag; as of `MemoryStore`."""
        return self._answer(partial(super().series, run, tag))

    def tallies(self, run: str) -> RunTallies:
        """What is counted of each scalar tag of a run; as of `MemoryStore`."""
        return self._answer(partial(_saying_damage, partial(super().tallies, run)))

    def blobs(self, run: str, tag: str, kind: str) -> Blobs:
        """Places of all values of a tag of another kind; as of `MemoryStore`."""
        return self._answer(partial(super().blobs, run, tag, kind))

    def annotations(self, run: str) -> tuple[Mark, ...]:
        """What happened in a run; as of `MemoryStore`."""
        return self._answer(partial(super().annotations, run))

    def _answer(self, ask: Callable[[], _Answer]) -> _Answer:
        """Asks; if the index turns out damaged, reads the event files again and asks once more."""
        index = self._indexer.index
        self._indexer.note_view()
        try:
            return ask()
        except IndexDamagedError as error:
            self._rebuild(index, str(error))
            return ask()
        finally:
            self._indexer.note_view()

    def _rebuild(self, index: Index, reason: str) -> None:
        """Has all in memory that `index` held, and begins another one; does nothing if that was done already."""
        with self._write_lock, self._indexer.changing(), self._append_lock:
            if self._indexer.index is not index:
                return
            runs = list(self._runs.values())
            for run in runs:
                with run.lock:
                    _read_again(run)
            index.close()
            self._num_rebuilt += 1
            try:
                if self._num_rebuilt > MAX_REBUILT:
                    raise OSError(f"it {reason}, and was built anew {MAX_REBUILT} times")
                self._indexer.begin_anew(self._begin_anew(reason), runs)
            except OSError as error:
                self._stop_writing(str(error))
            for run in runs:
                self._publish(run)

    def _forget(self, runs: Collection[str]) -> None:
        """Forgets what was put together of runs whose rows left memory: a view of one tag keeps all of them there."""
        self._lately.drop_where(lambda key: key[0] in runs)

    def _stop_writing(self, reason: str) -> None:
        self._is_writing = False
        self._indexer.stop()
        self._remark(f"Could not write the index {self._path}: {reason}. Continuing with what is new in memory.")

    def _write_in_background(self) -> None:
        try:
            self._tidy()
            while self._is_writing and not self._stopping.is_set():
                self._indexer.wait(LOOK_SECS)
                while self._indexer.may_begin and not self._stopping.is_set() and self.write():
                    continue
        # The thread has no caller, and without it reading would wait for room for ever.
        except Exception as error:  # noqa: BLE001
            _log.exception("The thread that writes the index failed.")
            self._stop_writing(f"{type(error).__name__}: {error}")

    def _tidy(self) -> None:
        """Frees what nobody needs any more, in this index and beside it."""
        with self._write_lock, suppress(sqlite3.Error):
            self._indexer.index.tidy()
        for path in prune(self._path.parent):
            _log.info("Removed the index %s, which was not opened for long.", path)

    def write(self, *, all_of_it: bool = False) -> bool:
        """Writes some of what is due; what `start` has done in the background.

        Args:
            all_of_it: Whether to write what is not due yet too.

        Returns:
            Whether there may be more.
        """
        with self._write_lock:
            index = self._indexer.index
            if not self._is_writing:
                return False
            if index.num_bytes > self._max_index_bytes:
                self._stop_writing(f"it would be larger than {self._max_index_bytes:,} bytes")
                return False
            try:
                return _saying_damage(partial(self._indexer.write, all_of_it=all_of_it))
            except IndexDamagedError as error:
                self._rebuild(index, str(error))
            except sqlite3.Error as error:
                return self._note_failure(index, error)
            except OverflowError as error:
                self._stop_writing(str(error))
            return self._is_writing

    def _note_failure(self, index: Index, error: sqlite3.Error) -> bool:
        """Decides what comes after a write that failed: whether to write on at once."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in _DAMAGE:
            self._rebuild(index, f"cannot be written ({error})")
            return True
        if code not in _BUSY:
            self._stop_writing(str(error))
        return False

    def close(self) -> None:
        """Writes what is left, for a few seconds at most, and lets another process write the index."""
        self._stopping.set()
        self._indexer.stop()
        deadline = time.monotonic() + CLOSE_SECS
        if self._thread is not None:
            self._thread.join(CLOSE_SECS)
        while time.monotonic() < deadline and self.write(all_of_it=True):
            continue
        with self._write_lock:
            self._is_writing = False
            self._indexer.index.close()
            self._lock_file.close()


def _make_log(index: Index, file: IndexedFile) -> FileLog:
    """A file whose rows are all in the index."""
    state = file.state
    health = FileHealth(file.path, state.offset, state.num_records, state.problems, state.is_torn)
    log = FileLog(file.tags, health)
    log.stored = IndexedRows(index, file.number or 0, log, file.extent)
    return log


def _read_again(run: RunState) -> None:
    """Has all rows of a run in memory, read from its event files once more."""
    for path, file in list(run.log.files.items()):
        if file.stored is None:
            continue
        again = FileLog(file.tags, file.health)
        batch = read_front(path, run.states[path])
        if batch is not None and file.health is not None:
            again.update(dataclasses.replace(batch, tags=file.tags, health=file.health))
        run.log.put(path, again)
    run.count_series_anew()


def _saying_damage(count: Callable[[], _Answer]) -> _Answer:
    try:
        return count()
    except TalliesError as error:
        raise IndexDamagedError(f"holds damaged tallies: {error}") from error
