"""Ends and forks of the process: what is queued is written even if nobody calls close.

At exit, the values are written before other libraries end, since arrays on a device need theirs alive, and once more
after all other exit functions, which may log too. SIGTERM, if nothing else handles it, writes and then ends the process
as it would have. A forked child leaves what was queued to its parent.
"""

from __future__ import annotations

import _thread
import atexit
import math
import os
import signal
import sys
import threading
import time
import weakref
from collections.abc import Callable
from types import FrameType
from typing import Protocol


class Queue(Protocol):
    """What has something to write."""

    def drain(self, *, is_waiting: bool = True, timeout_secs: float = math.inf) -> bool:
        """Writes what is queued."""

    def abandon(self) -> None:
        """Leaves what is queued to the process that this one was forked from."""

    def warn_lost(self) -> None:
        """Logs a warning if something could not be written."""


_PATIENCE_SECS = 5.0
"""How long SIGTERM waits for the disk at most."""
_REPEAT_SECS = 0.1
"""How often the signal is given again until it has ended the process."""

_received: set[int] = set()
_queues: weakref.WeakSet[Queue] = weakref.WeakSet()
_words_at_exit: list[Callable[[], None]] = []
_words_at_signal: list[Callable[[], None]] = []


def watch(queue: Queue) -> None:
    """Has `queue` drained when the process ends, and abandoned in forked children."""
    _queues.add(queue)
    drain_at_exit_first()
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _end_by_signal)


def forget(queue: Queue) -> None:
    """No longer watches `queue`."""
    _queues.discard(queue)


def call_at_exit(function: Callable[[], None]) -> None:
    """Has `function` called when the process ends, while what it puts can still be written; perhaps twice."""
    _words_at_exit.append(function)
    atexit.register(function)


def call_before_signal_ends(function: Callable[[], None]) -> None:
    """Has `function` called, in a thread, before SIGTERM ends the process: it may put a last record."""
    _words_at_signal.append(function)


def drain_at_exit_first() -> None:
    """Moves our turn at exit before that of all libraries so far: their arrays must still be there."""
    atexit.unregister(_drain_all)
    atexit.register(_drain_all)


def drain_before_threads_end() -> None:
    """Moves our turn before the end of all thread pools so far: object stores are reached through them.

    `threading` tells only the standard library of that moment; without it, our turn stays at exit.
    """
    register = getattr(threading, "_register_atexit", None)
    if register is not None:
        register(_speak_and_drain)


def drain_at_end_of_worker() -> None:
    """Takes a turn at the end of a worker of multiprocessing, which has no exit functions; elsewhere does nothing.

    To be called in the worker: multiprocessing forgets what was registered before the worker's target runs.
    """
    util, process = (sys.modules.get(f"multiprocessing.{name}") for name in ("util", "process"))
    if util is not None and process is not None and process.parent_process() is not None:
        util.Finalize(None, _speak_and_drain, exitpriority=0)


def _drain_all() -> None:
    for queue in list(_queues):
        queue.drain()


def _speak_and_drain() -> None:
    for function in _words_at_exit:
        function()
    _drain_all()


def _drain_last() -> None:
    """After all other exit functions: what they logged is written, and what cannot be written is told."""
    for queue in list(_queues):
        queue.drain()
        queue.warn_lost()


def _abandon_all() -> None:
    for queue in list(_queues):
        queue.abandon()


def _end_by_signal(number: int, frame: FrameType | None) -> None:
    """Has what is queued written, and the process ended by the same signal after that; at once the second time.

    A thread writes, since the main thread may have been struck while it holds a lock that writing needs. It is started
    bare: `threading` has locks of its own.
    """
    if signal.SIGTERM in _received:
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        return
    _received.add(number)
    _thread.start_new_thread(_drain_and_repeat, (number,))


def _drain_and_repeat(number: int) -> None:
    try:
        for function in _words_at_signal:
            function()
        for queue in list(_queues):
            queue.drain(is_waiting=False, timeout_secs=_PATIENCE_SECS)
    finally:
        _repeat(number)


def _repeat(number: int) -> None:
    # Again and again: a call of the main thread that waits may begin just after a signal was noted, and before Python
    # looks at it.
    while True:
        os.kill(os.getpid(), number)
        time.sleep(_REPEAT_SECS)
        if signal.getsignal(number) is not _end_by_signal:
            return


atexit.register(_drain_last)
os.register_at_fork(after_in_child=_abandon_all)
