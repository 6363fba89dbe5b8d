"""Between the caller and the event file: finished bytes, values still to be encoded, and the thread that writes them.

The caller never wakes the thread and never waits for it: the thread looks four times a second. Only when the buffer is
full does the caller wait, so memory is bounded and nothing is dropped. Only the thread touches the file: a Ctrl-C,
which strikes the main thread between any two instructions, cannot tear a record.
"""

from __future__ import annotations

import atexit
import logging
import os
import queue
import sys
import threading
import weakref
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from summaries.event_file import EventFile
from summaries.proto.event_pb2 import Event
from summaries.records import split_records

_log = logging.getLogger(__name__)

DRAIN_SECS = 0.25
"""How long a value lies in memory at most."""
BUFFER_BYTES = 64 << 20
"""How much may lie in memory before the caller waits. While a disk is full, up to twice as much."""

_LIVENESS_SECS = 1.0
_MAX_TAGS_NAMED = 20


@dataclass(frozen=True)
class Deferred:
    """Values that are encoded in the background: they are costly to encode, or not there yet.

    Attributes:
        tags: Their tags; later values of these tags queue behind.
        step: Their step, the first one of a block.
        num_bytes: About how much memory they hold.
        encode: Makes the finished records. May wait for a device.
        is_ready: Whether `encode` would not wait. The thread passes over what is not ready, so that no other tag waits
            for a device.
    """

    tags: tuple[str, ...]
    step: int
    num_bytes: int
    encode: Callable[[], bytes]
    is_ready: Callable[[], bool] = lambda: True


class _Turn:
    """A request to the thread to write.

    A bare lock tells its end, and a queue made in C carries it: unlike conditions and events these cannot be left
    locked by a KeyboardInterrupt.
    """

    def __init__(self, is_waiting: bool, is_last: bool = False) -> None:
        self.is_waiting = is_waiting
        self.is_last = is_last
        self.is_over = threading.Lock()
        self.is_over.acquire()


class Outbox:
    """Takes records in order and brings them to an event file. Thread-safe.

    Attributes:
        queued_tags: How many items that are still to be encoded hold each tag. While a tag is in it, later values of
            the tag must be queued too: so order per tag is kept.
        is_closed: Whether nothing more is taken.
    """

    def __init__(self, file: EventFile, *, drain_secs: float = DRAIN_SECS, buffer_bytes: int = BUFFER_BYTES) -> None:
        """Starts no thread yet; the first record does.

        Args:
            file: Where the records go; owned from now on.
            drain_secs: How often the thread looks.
            buffer_bytes: How much may lie in memory.
        """
        self._file = file
        self._drain_secs = drain_secs
        self._buffer_bytes = buffer_bytes
        self._failures: list[Exception] = []
        self._lost: Counter[str] = Counter()
        self._is_warned = False
        self._is_forked = False
        self._is_first_deferred = True
        self.is_closed = False
        self._make_empty()
        _outboxes.add(self)
        _drain_at_exit_first()

    def _make_empty(self) -> None:
        # Reentrant, since a signal handler may log while the main thread is in here.
        self._lock = threading.RLock()
        self._turns: queue.SimpleQueue[_Turn] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._ready: list[bytes] = []
        self._deferred: list[Deferred] = []
        self.queued_tags: dict[str, int] = {}
        self._num_bytes = 0
        self._needs_attention = True  # the thread is not running or has failed, or the outbox is closed

    def put(self, record: bytes) -> None:
        """Takes one or more finished records.

        Raises:
            Exception: What failed in the background since the last call; the record has been taken all the same.
        """
        with self._lock:
            self._ready.append(record)
            self._num_bytes += len(record)
            is_full = self._num_bytes > self._buffer_bytes
        if is_full or self._needs_attention:
            self._attend()

    def put_deferred(self, item: Deferred) -> None:
        """Takes values to be encoded in the background.

        Raises:
            Exception: What failed in the background since the last call; the values have been taken all the same.
        """
        with self._lock:
            for tag in item.tags:
                self.queued_tags[tag] = self.queued_tags.get(tag, 0) + 1
            self._num_bytes += item.num_bytes
            self._deferred.append(item)
            is_full = self._num_bytes > self._buffer_bytes
        if self._is_first_deferred:
            self._is_first_deferred = False
            _drain_at_exit_first()
        if is_full or self._needs_attention:
            self._attend()

    def flush(self) -> None:
        """Writes all that was put before; then readers of the file see it.

        Raises:
            Exception: What failed in the background.
        """
        self.drain()
        self._raise_failure()

    def close(self) -> None:
        """Writes all that was put and closes the file. A second call does nothing.

        Raises:
            OSError: If something could not be written; the message counts what was lost by tag.
            Exception: What failed in the background.
        """
        if self.is_closed:
            return
        self.is_closed = self._needs_attention = True
        _outboxes.discard(self)
        thread = self._thread
        if thread is None:
            self._file.close()
        else:
            self._ask(thread, _Turn(is_waiting=True, is_last=True))
            # If this is the thread, the last holder was a value just encoded: it closes the file when its turn comes.
            if thread is threading.current_thread():
                return
            thread.join()
        self._raise_lost()
        self._raise_failure()

    def drain(self, *, is_waiting: bool = True) -> bool:
        """Has the thread write all that was put before, as far as the file takes it, and waits until it has.

        Args:
            is_waiting: Whether the thread is to wait for values that are still being computed; if not, they stay
                queued, and so do later values of their tags.

        Returns:
            Whether that was done: not if nothing was ever put, or if it is the thread that asks.
        """
        thread = self._thread
        if thread is None or thread is threading.current_thread():
            return False
        self._ask(thread, _Turn(is_waiting))
        return True

    def _ask(self, thread: threading.Thread, turn: _Turn) -> None:
        """Gives the thread a turn and waits for its end, unless it is the thread that asks."""
        self._turns.put(turn)
        if thread is threading.current_thread():
            return
        while not turn.is_over.acquire(timeout=_LIVENESS_SECS) and thread.is_alive():
            pass

    def _run(self) -> None:
        """The thread."""
        turn = _Turn(is_waiting=False)
        while not turn.is_last:
            try:
                turn = self._turns.get(timeout=self._drain_secs)
            except queue.Empty:
                turn = _Turn(is_waiting=False)
            self._take(turn)

    def _take(self, turn: _Turn) -> None:
        try:
            self._write_all(is_waiting=turn.is_waiting)
        except Exception as error:  # noqa: BLE001 - background thread: reappears in the caller
            self._fail(error)
        if turn.is_last:
            self._file.close()
        turn.is_over.release()

    def _write_all(self, *, is_waiting: bool) -> None:
        if not self._write(b""):
            return
        with self._lock:
            ready, self._ready = self._ready, []
            deferred, self._deferred = self._deferred, []
        data = b"".join(ready)
        is_written = self._write(data)
        self._settle(len(data), ())
        kept: list[Deferred] = []
        waiting_tags: set[str] = set()
        for item in deferred:
            if is_written and waiting_tags.isdisjoint(item.tags) and (is_waiting or item.is_ready()):
                is_written = self._write(self._encode(item))
                self._settle(item.num_bytes, item.tags)
            else:
                waiting_tags.update(item.tags)
                kept.append(item)
        with self._lock:
            self._deferred[:0] = kept

    def _settle(self, num_bytes: int, tags: tuple[str, ...]) -> None:
        """Takes what has been handed to the file off the accounts."""
        with self._lock:
            self._num_bytes -= num_bytes
            for tag in tags:
                self.queued_tags[tag] -= 1
                if not self.queued_tags[tag]:
                    del self.queued_tags[tag]

    def _encode(self, item: Deferred) -> bytes:
        """The records of `item`; none if it cannot be encoded, which the next call of the writer tells."""
        try:
            return item.encode()
        except Exception as error:  # noqa: BLE001 - background thread: reappears in the caller
            failure = ValueError(
                f"Could not encode the value of {', '.join(map(repr, item.tags))} at step {item.step}: {error}"
            )
            failure.__cause__ = error
            self._fail(failure)
            return b""

    def _write(self, data: bytes) -> bool:
        """Hands `data` to the file; whether all of it is on disk."""
        try:
            self._file.write(data)
        except OSError as error:
            if not self._is_warned:
                _log.warning("Could not write %s: %s. Continuing with the values in memory.", self._file.path, error)
            self._is_warned = True
            return False
        self._is_warned = False
        return True

    def _attend(self) -> None:
        """The rare part of taking a record: start the thread, wait when full, raise what failed."""
        if self.is_closed:
            raise ValueError("writer must be open; got a closed one. Make a new SummaryWriter.")
        self._start()
        if self._num_bytes > self._buffer_bytes and self.drain():
            self._drop_excess()
        self._raise_failure()

    def _start(self) -> None:
        with self._lock:
            if self._thread is not None:
                return
            self._thread = threading.Thread(target=self._run, name="summaries", daemon=True)
            self._thread.start()
        if self._is_forked and "multiprocessing.util" in sys.modules:
            # Such a process ends without atexit. Registered now, since multiprocessing forgets what was registered
            # before its target runs.
            sys.modules["multiprocessing.util"].Finalize(None, _drain_all, exitpriority=0)

    def _drop_excess(self) -> None:
        """Gives up the newest values if the buffer is still full, since the file takes nothing, and counts them."""
        with self._lock:
            while self._num_bytes > self._buffer_bytes and (self._ready or self._deferred):
                if self._ready:
                    record = self._ready.pop()
                    self._lost.update(_count_tags(record))
                    self._settle(len(record), ())
                else:
                    item = self._deferred.pop()
                    self._lost.update(item.tags)
                    self._settle(item.num_bytes, item.tags)

    def _fail(self, error: Exception) -> None:
        self._failures.append(error)
        self._needs_attention = True

    def _raise_failure(self) -> None:
        with self._lock:
            failures, self._failures = self._failures, []
            self._needs_attention = self._thread is None or self.is_closed
        if failures:
            raise failures[0]

    def _raise_lost(self) -> None:
        lost = self._lost + _count_tags(self._file.pending) + _count_tags(b"".join(self._ready))
        for item in self._deferred:
            lost.update(item.tags)
        if lost:
            counts = ", ".join(f"{tag!r}: {count}" for tag, count in lost.most_common(_MAX_TAGS_NAMED))
            failure = f"Could not write {lost.total()} values of {len(lost)} tags to {self._file.path}"
            raise OSError(f"{failure}: they are lost ({counts}).")

    def abandon(self) -> None:
        """Leaves all that was put to the process that this one was forked from, and begins a file of its own."""
        self._make_empty()
        self._is_forked = True
        self._failures.clear()
        self._lost.clear()
        self._file.abandon()


def _count_tags(data: bytes) -> Counter[str]:
    """How many values of each tag stand in records, of which the first may be cut."""
    counts: Counter[str] = Counter()
    for start, length in split_records(data, is_growing=False).payloads:
        event = Event.FromString(data[start : start + length])
        what = event.WhichOneof("what")
        if what == "summary":
            counts.update(value.tag for value in event.summary.value if value.WhichOneof("value"))
        elif what != "file_version":
            counts.update([what])
    return counts


_outboxes: weakref.WeakSet[Outbox] = weakref.WeakSet()


def _drain_all() -> None:
    """At the end of the process, or before a fork's end: what was put is written, though nobody called close."""
    for outbox in list(_outboxes):
        outbox.drain()


def _abandon_all() -> None:
    for outbox in list(_outboxes):
        outbox.abandon()


def _drain_at_exit_first() -> None:
    """Moves our turn at exit before that of all libraries so far: their arrays must still be there."""
    atexit.unregister(_drain_all)
    atexit.register(_drain_all)


os.register_at_fork(after_in_child=_abandon_all)
