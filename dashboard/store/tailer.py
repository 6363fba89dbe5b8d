"""The thread that reads what was appended to the logdir into the store."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Collection, Sequence

from dashboard.store.protocol import LogStore
from summaries import AnyPath, FolderProblem, LogdirTail, iter_changes

_log = logging.getLogger(__name__)

POLL_SECS = 1.0
STOP_SECS = 1.0
FIRST_SECS = 1.0
"""How long the first look is waited for: a list of half of the runs is drawn for nothing."""
LONG_SECS = 0.5
"""A look that takes longer is said to be reading."""


class Tailer:
    """Tails logdirs in a thread of its own: at once where the system reports changes, else every `poll_secs`.

    Args:
        logdir: The folder, or several, as `summaries.parse_logdirs` takes them; they may be created, removed or
            replaced while the thread runs.
        store: Takes what was read.
        on_change: Called from the thread after the store changed, and when the first look has ended.
        poll_secs: How often to look where the system reports no changes.
        look_beside: Called from the thread after each look at everything, to look at what is not read into the store;
            whether that changed.
    """

    def __init__(
        self,
        logdir: AnyPath | Sequence[AnyPath],
        store: LogStore,
        on_change: Callable[[], None],
        *,
        poll_secs: float = POLL_SECS,
        look_beside: Callable[[], bool] = lambda: False,
    ) -> None:
        self._poll_secs = poll_secs
        self._tail = LogdirTail(logdir, states=store.states())
        self._store = store
        self._on_change = on_change
        self._look_beside = look_beside
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="board-tailer", daemon=True)
        self._last_checked = 0.0
        self._is_reading = True
        self._look_began = math.inf
        self._first_look = threading.Event()
        self._began = -math.inf

    @property
    def last_checked(self) -> float:
        """Wall time at which the last look at the logdir ended; 0 before the first."""
        return self._last_checked

    @property
    def is_reading(self) -> bool:
        """Whether the first look at the logdir has not ended yet, so that more is to come at once."""
        return self._is_reading

    @property
    def num_bytes(self) -> tuple[int, int] | None:
        """How many of the new bytes that a look found are read, and how many it found; None unless it takes long."""
        num_read, num_found = self._tail.num_bytes
        if self._is_reading:
            return num_read, num_found
        is_long = time.monotonic() - self._look_began > LONG_SECS
        return (num_read, num_found) if is_long and 0 < num_read < num_found else None

    @property
    def problems(self) -> tuple[FolderProblem, ...]:
        """Folders that could not be looked into at the last look."""
        return self._tail.problems

    def start(self) -> None:
        """Starts to tail."""
        self._began = time.monotonic()
        self._thread.start()

    def wait_until_read(self) -> None:
        """Returns when the first look has ended, or `FIRST_SECS` after it began; blocks the caller."""
        if not self._first_look.is_set():
            self._first_look.wait(max(0.0, self._began + FIRST_SECS - time.monotonic()))

    def stop(self, limit_secs: float = STOP_SECS) -> bool:
        """Has the thread end and waits for it, blocking the caller.

        The thread ends between two files. It is a daemon: one that still reads a long file ends with the process, and
        nothing is lost, since it only reads.

        Args:
            limit_secs: How long to wait.

        Returns:
            Whether it has ended.
        """
        self._stop.set()
        self._thread.join(limit_secs)
        return not self._thread.is_alive()

    def _run(self) -> None:
        is_told = False
        while not self._stop.is_set():
            try:
                self._read(None)
                for changed in iter_changes(
                    lambda: self._tail.tops,
                    self._stop,
                    poll_secs=self._poll_secs,
                    is_local=lambda: self._tail.is_local,
                ):
                    self._read(changed)
                    is_told = False
            # The page must live on when one look fails, whatever the file system did; the next look tries again.
            except Exception:  # noqa: BLE001
                if not is_told:
                    labels = ", ".join(logdir.label for logdir in self._tail.logdirs)
                    _log.exception("Could not read %s. Continuing with what was read; trying again.", labels)
                is_told = True
                self._stop.wait(self._poll_secs)

    def _read(self, changed: Collection[str] | None) -> None:
        self._look_began = time.monotonic()
        for update in self._tail.iter_updates(changed):
            self._store.append(update)
            self._on_change()
            if self._stop.is_set():
                return
        is_end_told = self._is_reading or time.monotonic() - self._look_began > LONG_SECS
        self._last_checked = time.time()
        is_changed = changed is None and self._look_beside()
        self._is_reading, self._look_began = False, math.inf
        self._first_look.set()
        if is_changed or is_end_told:
            self._on_change()
