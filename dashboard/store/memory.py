"""The store that keeps every column in memory: what a board has without an index."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from dashboard.store.blob_bytes import read_verified
from dashboard.store.cache import ByteCache
from dashboard.store.listing import Listing
from dashboard.store.protocol import FileFacts, RunFacts
from dashboard.store.run_state import RunState
from dashboard.store.series_tally import RunTallies, count_series
from summaries import Blobs, FileState, Mark, RunLog, RunUpdate, Series

MAX_CACHE_BYTES = 256 << 20
"""How much of what was put together or read lately is kept."""

_PATH_BYTES = 8  # what one more reference to a path takes
_Columns = TypeVar("_Columns", Series, Blobs)


class MemoryStore:
    """Runs, series and places of blobs in memory.

    Each run has a lock of its own, held while it grows or one of its series is put together; lists and news never wait
    for it.
    """

    def __init__(self, *, max_cache_bytes: int = MAX_CACHE_BYTES, remarks: Sequence[str] = ()) -> None:
        """Makes an empty store.

        Args:
            max_cache_bytes: How much is kept of series put together and blobs read.
            remarks: What people should know of it from the beginning.
        """
        self._append_lock = threading.Lock()
        self._lock = threading.Lock()
        self._runs: dict[str, RunState] = {}
        self._listing = Listing()
        self._lately = ByteCache(max_cache_bytes)
        self._remarks = list(remarks)

    def start(self) -> None:
        """Does nothing: there is nothing to do in the background."""

    def append(self, update: RunUpdate) -> None:
        """Takes in what one read of one event file brought."""
        with self._append_lock:
            run = self._runs.get(update.run) or RunState(update.run)
            with run.lock:
                run.append(update)
            self._publish(run)

    def _publish(self, run: RunState) -> None:
        """Lists a run as it is now."""
        with self._lock:
            if run.log.files:
                self._runs[run.name] = run
            else:
                self._runs.pop(run.name, None)
        if run.log.files:
            with run.lock:
                self._listing.put(run.name, run.tags, run.make_facts)
        else:
            self._listing.remove(run.name)

    def states(self) -> Mapping[Path, FileState]:
        """Where reading each file stands."""
        with self._lock:
            runs = list(self._runs.values())
        return {path: state for run in runs for path, state in tuple(run.states.items())}

    def remarks(self) -> tuple[str, ...]:
        """What people should know of the store itself, a sentence each."""
        return tuple(self._remarks)

    def close(self) -> None:
        """Does nothing: there is nothing to keep."""

    def version(self) -> int:
        """Version of the whole store; 0 while it is empty."""
        return self._listing.version

    def tags_version(self) -> int:
        """Version at which a run or tag last appeared or went away."""
        return self._listing.tags_version

    def runs(self) -> tuple[RunFacts, ...]:
        """All runs, the newest first; those without a point yet come before."""
        return self._listing.runs()

    def runs_since(self, version: int) -> tuple[RunFacts, ...]:
        """The runs that changed after a version, the latest change first."""
        return self._listing.runs_since(version)

    def files(self) -> tuple[FileFacts, ...]:
        """All event files, by run and path."""
        with self._lock:
            runs = [self._runs[name] for name in sorted(self._runs)]
        found: list[FileFacts] = []
        for run in runs:
            with run.lock:
                found.extend(run.iter_files())
        return tuple(found)

    def run(self, name: str) -> RunFacts:
        """One run.

        Raises:
            KeyError: If there is no such run.
        """
        for run in self.find_runs([name]):
            return run
        raise _no_run(name)

    def find_runs(self, names: Iterable[str]) -> tuple[RunFacts, ...]:
        """Those of some runs that there are, in the same order."""
        return self._listing.find_runs(names)

    def tags(self, kind: str, since: int = 0) -> Mapping[str, tuple[str, ...]]:
        """Tags of a kind, sorted, each with the names of the runs that have it, and that got a tag after `since`."""
        return self._listing.tags(kind, since)

    def series(self, run: str, tag: str) -> Series:
        """All points of a scalar tag.

        Raises:
            KeyError: If there is no such run, or it has no such scalar.
        """
        try:
            return self._find(run, tag, "scalars", lambda log: log.series(tag))
        except _NoTagError as error:
            raise KeyError(f"Run {run!r} has no scalar {tag!r}.") from error

    def tallies(self, run: str) -> RunTallies:
        """What is counted of each scalar tag of a run, without what restarts replaced.

        Raises:
            KeyError: If there is no such run.
        """
        found = self._run(run)
        with found.lock:
            counted = found.tally_series()
        restarted = np.flatnonzero(counted.tallies.is_restarted).tolist()
        if restarted:
            again = count_series([self.series(run, counted.tags[row]) for row in restarted])
            counted = counted.updated(restarted, again)
        return counted

    def blobs(self, run: str, tag: str, kind: str) -> Blobs:
        """Places of all values of a tag that is of a kind other than scalars.

        Raises:
            KeyError: If there is no such run, or it has no such tag.
        """
        try:
            return self._find(run, tag, kind, lambda log: log.blobs(tag, kind))
        except _NoTagError as error:
            raise KeyError(f"Run {run!r} has no tag {tag!r} of kind {kind}.") from error

    def _find(self, run: str, tag: str, kind: str, make: Callable[[RunLog], _Columns]) -> _Columns:
        """What was put together lately from the same rows, else made now."""
        found = self._run(run)
        with found.lock:
            if (kind, tag) not in found.tags:
                raise _NoTagError(tag)
            stamp = found.log.stamp(tag, kind)
            known: _Columns | None = self._lately.find((run, tag, kind), stamp)
            if known is not None:
                return known
            made = make(found.log)
            self._lately.put((run, tag, kind), stamp, made, _count_bytes(made))
            return made

    def annotations(self, run: str) -> tuple[Mark, ...]:
        """What happened in a run, and at which step, in the order in which it was written.

        Raises:
            KeyError: If there is no such run.
        """
        found = self._run(run)
        with found.lock:
            return found.records.read_annotations(found.log)

    def blob(self, run: str, tag: str, kind: str, index: int) -> bytes:
        """The serialised message of one value; `index` counts in the order of `blobs`.

        Raises:
            KeyError: If there is no such run, tag or index.
            OSError: If its event file can't be read any more.
            EOFError: If its event file was cut, replaced or damaged since; checksums are verified.
        """
        places = self.blobs(run, tag, kind)
        if not -len(places) <= index < len(places):
            raise KeyError(f"Tag {tag!r} of run {run!r} has {len(places)} values of kind {kind}; got index {index}.")
        path, offset, length = places.paths[index], int(places.offsets[index]), int(places.lengths[index])
        file = self._run(run).log.files.get(path)
        stamp = None if file is None else file.serial
        known: bytes | None = self._lately.find((path, offset, length), stamp)
        if known is not None:
            return known
        blob = read_verified(path, offset, length)
        self._lately.put((path, offset, length), stamp, blob, len(blob))
        return blob

    def _run(self, name: str) -> RunState:
        with self._lock:
            if name not in self._runs:
                raise _no_run(name)
            return self._runs[name]


class _NoTagError(Exception):
    """A run has no such tag of the kind."""


def _no_run(name: str) -> KeyError:
    return KeyError(f"There is no run {name!r} in the logdir.")


def _count_bytes(columns: Series | Blobs) -> int:
    sizes = (getattr(column, "nbytes", None) or _PATH_BYTES * len(column) for column in vars(columns).values())
    return sum(sizes)
