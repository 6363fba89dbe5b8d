"""The thread that has the table of facts made before someone asks, and follows what changes.

It begins after the first look at the logdir and the first answer, works a part at a time, and only while nobody waits
for an answer: a request for what it has not done yet does that itself.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from dashboard.activity import Activity
from dashboard.store.index import IndexDamagedError
from dashboard.store.protocol import Progress

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """When work is done.

    Attributes:
        look_secs: How often to look whether something changed.
        quiet_secs: For so long nobody must have waited for an answer.
        rest_secs: How long to rest between two parts.
        first_answer_secs: How long the first answer is waited for, from the start.
    """

    look_secs: float = 0.5
    quiet_secs: float = 0.2
    rest_secs: float = 0.02
    first_answer_secs: float = 10.0


class FactKeeper:
    """Works in a thread of its own, which is a daemon: nothing is lost if it ends in the middle.

    Args:
        prepare: Does a part of the work; whether there is more.
        progress: How far the logdir is read.
        activity: Tells when someone waits.
        pace: When to work.

    Attributes:
        is_ahead: Set while there was nothing left to do at the last look.
    """

    def __init__(
        self, prepare: Callable[[], bool], progress: Progress, activity: Activity, pace: Pace | None = None
    ) -> None:
        self._prepare, self._progress, self._activity = prepare, progress, activity
        self._pace = pace or Pace()
        self.is_ahead = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="board-facts", daemon=True)
        self._started = 0.0

    def start(self) -> None:
        """Begins."""
        self._started = time.monotonic()
        self._thread.start()

    def stop(self, limit_secs: float = 1.0) -> None:
        """Has the thread end, and waits for it."""
        self._stopping.set()
        self._thread.join(limit_secs)

    def _run(self) -> None:
        try:
            while not self._stopping.wait(self._pace.look_secs):
                while self._may_work() and self._work() and not self._stopping.wait(self._pace.rest_secs):
                    continue
        except (OSError, ValueError, sqlite3.Error, IndexDamagedError):  # there is no caller to tell
            _log.exception("Could not prepare the table of facts. Continuing with making it when it is asked for.")

    def _work(self) -> bool:
        is_more = self._prepare()
        (self.is_ahead.clear if is_more else self.is_ahead.set)()
        return is_more

    def _may_work(self) -> bool:
        if self._progress.is_reading:
            return False
        if not self._activity.is_begun:
            return time.monotonic() - self._started > self._pace.first_answer_secs
        return self._activity.is_quiet(self._pace.quiet_secs)
