"""When to look for event files, and where: on this machine and in object stores."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from summaries.files import is_event_file
from summaries.logdirs import Logdir
from summaries.remote_files import RemoteWalker, is_remote_path
from summaries.sources import LocalSource, Source
from summaries.walk import Walk, Walker

Stamp = tuple[str, int, int]
"""What changes when a file does: identity, size in bytes, time of the last change in nanoseconds."""

_REST = 20
"""Looking at a large tree may take one part of the time in so many."""
_LARGE_SECS = 0.01
"""A tree is large if two looks in a row took longer; any other is looked at in each poll."""


class Search:
    """Finds the event files under some logdirs, at each call or when it is time. Not thread-safe.

    Attributes:
        walk: What was found last.
    """

    def __init__(
        self,
        logdirs: Sequence[Logdir],
        interval_secs: float,
        clock: Callable[[], float],
        time_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """Looks at nothing yet.

        Args:
            logdirs: Where to look.
            interval_secs: How often to list every folder, and every object store.
            clock: Seconds.
            time_ns: The clock of the file systems.
        """
        self.walk = Walk()
        self._local = Walker([logdir for logdir in logdirs if not logdir.is_remote], time_ns)
        self._remote = RemoteWalker([logdir for logdir in logdirs if logdir.is_remote])
        self._has_remote = any(logdir.is_remote for logdir in logdirs)
        self._interval_secs = interval_secs
        self._clock = clock
        self._last_look_secs = 0.0
        self.hurry()

    @property
    def is_local(self) -> bool:
        """Whether at the last full look all of it lay on file systems that belong to this machine alone."""
        return self._local.is_local and not self._has_remote

    def hurry(self) -> None:
        """Has the next look list everything."""
        self._next_look = self._next_full_look = self._clock()

    def look(self, changed: list[str] | None = None) -> Walk:
        """Looks for files if it is time; the same object as last time if nothing came or went.

        Args:
            changed: Paths that changed beside files that are known, if that can be told: none of them means that
                there is nothing to find, an event file among them that there is, whatever the time.
        """
        if changed == [] and self.is_local:  # otherwise something else may have changed
            return self.walk
        now = self._clock()
        is_told = changed is not None and any(is_event_file(os.path.basename(path)) for path in changed)
        is_full = now >= max(self._next_full_look, self._next_look)
        is_due = is_told or (now >= self._next_look and changed != [])
        if not is_due and not is_full:
            return self.walk
        local, remote = self._local.look(is_full=is_full), self._remote.look() if is_full else self._remote.walk
        end = self._clock()
        secs, self._last_look_secs = min(end - now, self._last_look_secs), end - now
        self._next_look = end + (_REST * secs if secs > _LARGE_SECS else 0)
        if is_full:
            self._next_full_look = now + self._interval_secs
        self.walk = _merge(local, remote, self.walk)
        return self.walk

    def find_stamp(self, path: Path) -> Stamp:
        """The stamp of a file now; of one in an object store, at the last look.

        Raises:
            OSError: If it is not there, or no plain file.
        """
        if self._has_remote and is_remote_path(path):
            return self._remote.find_stamp(path)
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            raise FileNotFoundError(f"{path} must be a plain file; got another kind of thing")
        return f"{status.st_dev}:{status.st_ino}", status.st_size, status.st_mtime_ns

    def open_source(self, path: Path) -> Source:
        """The bytes of a file.

        Raises:
            OSError: If it cannot be read.
        """
        return self._remote.open_source(path) if is_remote_path(path) else LocalSource(path)


def _merge(local: Walk, remote: Walk, before: Walk) -> Walk:
    if not remote.files and not remote.problems:
        return local
    files, problems = sorted(local.files + remote.files), sorted(local.problems + remote.problems)
    walk = Walk(tuple(files), local.tops, tuple(problems))
    return before if walk == before else walk
