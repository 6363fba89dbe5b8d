"""Follows a logdir while it is written to: what is new in it since the last look.

Files that are known are only asked for their size; folders only for the time of their last change, and all of the tree
is walked now and then, for file systems that do not tell.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from summaries.columns import Batch
from summaries.files import Walk, walk_logdir
from summaries.reader import EventFileReader, make_empty_batch


@dataclass(frozen=True)
class RunUpdate:
    """What is new in one event file.

    Attributes:
        run: The run: its folder's path relative to the logdir, separated by `/`, `.` for the logdir itself.
        path: The event file.
        batch: What was appended; nothing if the file is gone.
        is_replaced: Whether what the file gave before is to be forgotten: it shrank, is another file now, or is gone.
    """

    run: str
    path: Path
    batch: Batch
    is_replaced: bool


class LogdirTail:
    """Reads what is appended to the event files under a logdir. Not thread-safe."""

    def __init__(
        self,
        logdir: str | os.PathLike[str],
        *,
        walk_interval_secs: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Reads nothing yet; the logdir need not exist.

        Args:
            logdir: The folder; runs are the folders below it that hold event files.
            walk_interval_secs: How often the tree is walked for new files. `walk_soon` has it done at once.
            clock: Seconds, for the interval.
        """
        self.logdir = Path(logdir)
        self._walk_interval_secs = walk_interval_secs
        self._clock = clock
        self._next_walk = clock()
        self._walk = Walk((), {})
        self._readers: dict[Path, EventFileReader] = {}
        self._stamps: dict[Path, _Stamp] = {}

    def walk_soon(self) -> None:
        """Has the next `poll` look for new files, whatever the interval."""
        self._next_walk = self._clock()

    def poll(self) -> tuple[RunUpdate, ...]:
        """What is new since the last call, sorted by run and file name.

        A file that cannot be read now is tried again at the next call.
        """
        return tuple(self.iter_updates())

    def iter_updates(self) -> Iterator[RunUpdate]:
        """The same one by one, each as soon as it is read."""
        gone = self._look_for_files()
        for run, path in gone:
            yield RunUpdate(run, path, make_empty_batch(path), is_replaced=True)
        for run, path in self._walk.files:
            update = self._read(run, path)
            if update is not None:
                yield update

    def _look_for_files(self) -> list[tuple[str, Path]]:
        """Walks the tree if it is time or a folder has changed; the files that are gone since the last walk."""
        now = self._clock()
        if now < self._next_walk and all(_find_change(path) == change for path, change in self._walk.folders.items()):
            return []
        self._next_walk = now + self._walk_interval_secs
        before, self._walk = self._walk, walk_logdir(self.logdir)
        gone = sorted(set(before.files) - set(self._walk.files))
        for _, path in gone:
            self._readers.pop(path, None)
            self._stamps.pop(path, None)
        return gone

    def _read(self, run: str, path: Path) -> RunUpdate | None:
        """Reads a file if it has changed since it was last read."""
        reader = self._readers.get(path) or self._readers.setdefault(path, EventFileReader(path))
        try:
            stamp = _get_stamp(path)
            if stamp == self._stamps.get(path):
                return None
            generation = reader.generation
            batch = reader.read()
        except OSError:
            return None
        self._stamps[path] = stamp
        return RunUpdate(run, path, batch, is_replaced=reader.generation != generation)


_Stamp = tuple[int, int, int, int]


def _get_stamp(path: Path) -> _Stamp:
    """What changes when a file does."""
    status = os.stat(path)
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _find_change(folder: Path) -> int | None:
    """When a folder last changed, None if it is gone."""
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return None
