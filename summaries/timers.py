"""Calls functions again and again, all of them in one background thread.

The thread is started with the first function, keeps no process alive, and is not there in forked children: what was to
be called in the parent is not called in the child.

Synopsis:
    >>> import threading
    >>> was_called = threading.Event()
    >>> repetition = call_every(0.01, was_called.set)
    >>> was_called.wait(10)
    True
    >>> repetition.cancel()
"""

from __future__ import annotations

import heapq
import logging
import os
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

_log = logging.getLogger(__name__)


class Repetition:
    """A function that is called again and again."""

    def __init__(self, interval_secs: float, function: Callable[[], None]) -> None:
        self.interval_secs = interval_secs
        self._function: Callable[[], None] | None = function

    @property
    def is_cancelled(self) -> bool:
        """Whether it is called no more."""
        return self._function is None

    def cancel(self) -> None:
        """Calls it no more. A call that has begun goes on."""
        self._function = None

    def call(self) -> None:
        """Calls it once; one that fails is called no more."""
        function = self._function
        if function is None:
            return
        try:
            function()
        except Exception as error:  # noqa: BLE001 - background thread: nobody else would hear of it
            self.cancel()
            _log.warning("Could not call %r again: %s. Continuing without it.", function, error)


@dataclass
class Agenda:
    """Repetitions by the time at which they are due. Not thread-safe."""

    _entries: list[tuple[float, int, Repetition]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)

    def add(self, repetition: Repetition, now: float) -> None:
        """Makes it due one interval from now."""
        heapq.heappush(self._entries, (now + repetition.interval_secs, next(self._numbers), repetition))

    def pop_due(self, now: float) -> Repetition | None:
        """The next one that is due, due again an interval later; None if there is none. Those cancelled are dropped."""
        while self._entries and (self._entries[0][0] <= now or self._entries[0][2].is_cancelled):
            repetition = heapq.heappop(self._entries)[2]
            if not repetition.is_cancelled:
                self.add(repetition, now)
                return repetition
        return None

    def find_wait_secs(self, now: float) -> float | None:
        """How long until the next one is due; None if there is none."""
        return min(max(0.0, self._entries[0][0] - now), threading.TIMEOUT_MAX) if self._entries else None


class _Timer:
    """The thread; a queue made in C carries what is new, since a KeyboardInterrupt cannot leave it locked."""

    def __init__(self) -> None:
        self._new: queue.SimpleQueue[Repetition] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, repetition: Repetition) -> None:
        self._new.put(repetition)
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="summaries-timer", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        agenda = Agenda()
        while True:
            try:
                agenda.add(self._new.get(timeout=agenda.find_wait_secs(time.monotonic())), time.monotonic())
            except queue.Empty:
                repetition = agenda.pop_due(time.monotonic())
                if repetition is not None:
                    repetition.call()
                del repetition  # a thread that waits holds nothing alive


_timer = _Timer()


def call_every(interval_secs: float, function: Callable[[], None]) -> Repetition:
    """Calls `function` in the background, first one interval from now.

    Args:
        interval_secs: Time between two calls, positive.
        function: Should be short: others wait for it.
    """
    repetition = Repetition(interval_secs, function)
    _timer.add(repetition)
    return repetition


def check_interval(name: str, secs: float) -> None:
    """Raises ValueError unless `secs` is positive."""
    if not secs > 0:
        raise ValueError(f"{name} must be positive; got {secs!r}. Pass seconds, or None for never.")


def _forget_all() -> None:
    global _timer
    _timer = _Timer()


os.register_at_fork(after_in_child=_forget_all)
