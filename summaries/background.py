"""Between the caller and the event file: finished bytes, values still to be encoded, and the thread that empties both.

The caller never wakes the thread and never waits for it: the thread looks four times a second. Only when the buffer is
full does the caller write itself, so memory is bounded and nothing is dropped.
"""

from __future__ import annotations

import atexit
import logging
import os
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
"""How much may lie in memory before the caller writes."""


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
        self._write_lock = threading.RLock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._ready: list[bytes] = []
        self._deferred: list[Deferred] = []
        self.queued_tags: dict[str, int] = {}
        self._num_bytes = 0
        self._is_draining = False
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
            self._deferred.append(item)
            self._num_bytes += item.num_bytes
            for tag in item.tags:
                self.queued_tags[tag] = self.queued_tags.get(tag, 0) + 1
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
        self.is_closed = True
        _outboxes.discard(self)
        self._stop.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        self.drain()
        self._file.close()
        self._raise_lost()
        self._raise_failure()

    def drain(self, *, is_waiting: bool = True) -> None:
        """Writes all that was put before, as far as the file takes it.

        Args:
            is_waiting: Whether to wait for values that are still being computed; if not, they stay queued, and so do
                later values of their tags.
        """
        with self._write_lock:
            if self._is_draining:  # a signal handler logs while this thread is in here: the bytes in hand go first
                return
            self._is_draining = True
            try:
                self._drain(is_waiting)
            finally:
                self._is_draining = False

    def _drain(self, is_waiting: bool) -> None:
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
        """The rare part of taking a record: start the thread, write when full, raise what failed."""
        if self.is_closed:
            raise ValueError("writer must be open; got a closed one. Make a new SummaryWriter.")
        self._start()
        if self._num_bytes > self._buffer_bytes:
            self.drain()
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

    def _run(self) -> None:
        """The thread."""
        while not self._stop.wait(self._drain_secs):
            try:
                self.drain(is_waiting=False)
            except Exception as error:  # noqa: BLE001 - background thread: reappears in the caller
                self._fail(error)

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


_MAX_TAGS_NAMED = 20


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
