"""The life of a run as its writer tells it: running, a heartbeat now and then, and how it ended.

The end is written by `close`, by the exception that leaves the writer's block, at interpreter exit, and at SIGTERM.
Only the process that made the writer tells of it: a forked child has a file of its own, but the run is its parent's.
"""

from __future__ import annotations

import os
import platform
import sys
import threading
import time
import traceback
import weakref
from collections.abc import Callable
from dataclasses import replace

from summaries import process_end, timers
from summaries.events import encode_event
from summaries.kinds.contract import Kind
from summaries.kinds.status import STATUS, STATUS_TAG, Status

_MAX_TRACEBACK_CHARS = 20_000
Clock = Callable[[], float]


class Lifecycle:
    """Tells the status of one run. Thread-safe.

    Attributes:
        status: What was said last.
        is_ended: Whether the end has been told.
    """

    def __init__(
        self,
        put: Callable[[bytes], None],
        *,
        heartbeat_secs: float | None,
        host: str | None = None,
        pid: int | None = None,
        clock: Clock = time.time,
    ) -> None:
        """Says that the run is running, and begins to repeat it.

        Args:
            put: Takes finished records, from any thread, without raising or waiting.
            heartbeat_secs: How often to repeat it, positive; None to say nothing of the status at all.
            host: Where the program runs; None to ask the machine.
            pid: Its number there; None to ask.
            clock: Seconds since the Unix epoch.

        Raises:
            ValueError: If `heartbeat_secs` is not positive.
        """
        if heartbeat_secs is not None:
            timers.check_interval("heartbeat_secs", heartbeat_secs)
        self._put, self._clock, self._pid = put, clock, os.getpid()
        self._lock = threading.RLock()  # a writer may be collected, hence ended, while its thread is in here
        host = platform.node() if host is None else host
        self.status = Status("running", clock(), host, self._pid if pid is None else pid, heartbeat_secs)
        self.is_ended = False
        self._repetitions: list[timers.Repetition] = []
        self._last_calls: list[Callable[[str], None]] = []
        self._tell()
        if heartbeat_secs is not None:
            self.repeat(heartbeat_secs, self.beat)
        _lives.add(self)

    @property
    def elapsed_secs(self) -> int:
        """Whole seconds since the start."""
        return int(self._clock() - self.status.start_time)

    def beat(self) -> None:
        """Says once more that the run is running, unless it has ended."""
        with self._lock:
            if not self.is_ended:
                self._tell()

    def put_record(self, kind: Kind, tag: str, blob: bytes, *, step: int) -> None:
        """Writes a record of the run, of which each carries its metadata: the first one may be in any file."""
        self.put_fields(kind.envelope(blob, kind.metadata), step)

    def put_fields(self, fields: bytes, step: int) -> None:
        """Writes an event with these fields, now."""
        self._put(encode_event(self._clock(), step, fields))

    def repeat(self, interval_secs: float, function: Callable[[], None]) -> None:
        """Calls `function` in the background until the end."""
        self._repetitions.append(timers.call_every(interval_secs, function))

    def call_at_end(self, function: Callable[[str], None]) -> None:
        """Has `function` called before the end is told, with the state that the run ends in."""
        self._last_calls.append(function)

    def end(self, state: str, reason: str = "", trace: str = "") -> None:
        """Says how the run ended; only the first word counts, and only that of the process that began it.

        Raises:
            ValueError: If there is no such state.
        """
        if os.getpid() != self._pid:
            return
        for repetition in self._repetitions:
            repetition.cancel()
        last_calls, self._last_calls = self._last_calls, []
        for function in last_calls:
            function(state)
        with self._lock:
            if not self.is_ended:
                trace = trace[-_MAX_TRACEBACK_CHARS:]
                self.status = replace(self.status, state=state, reason=reason, traceback=trace)
                self.is_ended = True
                self._tell()
        _lives.discard(self)

    def _tell(self) -> None:
        if self.status.heartbeat_secs is not None:
            self.put_record(STATUS, STATUS_TAG, STATUS.encode(STATUS_TAG, self.status), step=0)

    def end_by(self, error: BaseException | None) -> None:
        """Says how the run ended from the exception that ended it; None for `finished`."""
        self.end(*describe_end(error))


def describe_end(error: BaseException | None) -> tuple[str, str, str]:
    """The state, the reason and the traceback of a run that `error` ended; None for no error.

    Ctrl-C and the cancellation of an asyncio task interrupt a run; `sys.exit()` and `sys.exit(0)` finish it.
    """
    if error is None or isinstance(error, GeneratorExit) or (isinstance(error, SystemExit) and not error.code):
        return "finished", "", ""
    reason = "".join(traceback.format_exception_only(error)).strip()
    if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "CancelledError":  # asyncio may not be loaded
        return "interrupted", reason, ""
    return "failed", reason, "".join(traceback.format_exception(error))


_lives: weakref.WeakSet[Lifecycle] = weakref.WeakSet()


def _end_all_at_exit() -> None:
    """Says of runs that nobody closed how the program ended, or the worker of multiprocessing, by an error at hand."""
    last = None if hasattr(sys, "ps1") else getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    error = sys.exception() or last
    for life in list(_lives):
        life.end_by(error)


def _end_all_at_signal() -> None:
    for life in list(_lives):
        life.end("interrupted", "SIGTERM")


process_end.call_at_exit(_end_all_at_exit)
process_end.call_before_signal_ends(_end_all_at_signal)
