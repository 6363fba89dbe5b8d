"""Between the caller and the event file: finished bytes, values still to be encoded, and the thread that writes them.

The caller never wakes the thread and never waits for it: the thread looks four times a second. Only when the buffer is
full does the caller wait, so memory is bounded and nothing is dropped. Only the thread touches the file: a Ctrl-C,
which strikes the main thread between any two instructions, cannot tear a record.
"""

from __future__ import annotations

import logging
import math
import queue
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence

from summaries import process_end
from summaries.deferred import Deferred, Failures
from summaries.event_file import RecordFile
from summaries.outage import Outage, count_tags, describe_lost

_log = logging.getLogger(__name__)

DRAIN_SECS = 0.25
"""How long a value lies in memory at most."""
BUFFER_BYTES = 64 << 20
"""How much may lie in memory before the caller waits, of single scalars and of all else; with a full disk, twice."""

_SHORTEST_DRAIN_SECS = 0.01
_LIVENESS_SECS = 1.0
_SMALL_BYTES = 128
"""Records up to this size, as one scalar is, are not counted by the byte."""
_SLICE = 2048
"""Records that are joined at once, in less than 0.1 ms; then others get the interpreter's lock."""


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

    def __init__(self, file: RecordFile, *, drain_secs: float = DRAIN_SECS, buffer_bytes: int = BUFFER_BYTES) -> None:
        """Starts no thread yet; the first record does.

        Args:
            file: Where the records go; owned from now on.
            drain_secs: How often the thread looks.
            buffer_bytes: How much may lie in memory.
        """
        self._file = file
        self._drain_secs = min(max(drain_secs, _SHORTEST_DRAIN_SECS), threading.TIMEOUT_MAX)
        self._buffer_bytes = buffer_bytes
        self._max_ready = max(1, buffer_bytes // _SMALL_BYTES)
        self._is_first_deferred = True
        self.is_closed = False
        self._make_empty()
        process_end.watch(self)

    def _make_empty(self) -> None:
        # Reentrant, since a signal handler may log while the main thread is in here.
        self._lock = threading.RLock()
        self._turns: queue.SimpleQueue[_Turn] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._ready: deque[bytes] = deque()
        self._deferred: list[Deferred] = []
        self.queued_tags: dict[str, int] = {}
        self._num_bytes = 0  # of what is deferred, and of large records; small ones are bounded by their number
        self._needs_attention = True  # the thread is not running or has failed, or the outbox is closed
        self._failures = Failures()
        self._lost: Counter[str] = Counter()
        self._outage = Outage()
        self._is_stuck = False  # the last turn left an item whose files the disk did not take

    def put(self, record: bytes) -> None:
        """Takes one or more finished records.

        Raises:
            Exception: What failed in the background since the last call; the record has been taken all the same.
        """
        if len(record) > _SMALL_BYTES:
            self._count_bytes(len(record))
        ready = self._ready
        ready.append(record)  # without the lock, which costs a quarter of the call: a deque needs none
        if len(ready) > self._max_ready or self._num_bytes > self._buffer_bytes or self._needs_attention:
            self._attend()

    def put_now(self, tags: Sequence[str], encode: Callable[[], bytes]) -> bool:
        """Takes the records that `encode` makes, unless values of the tags are still to be encoded.

        Nothing comes between the two: of threads that begin a tag at once, the one that encodes its metadata is first.

        Returns:
            Whether they were taken.

        Raises:
            Exception: What failed in the background since the last call; the records have been taken all the same.
        """
        with self._lock:
            if not self.queued_tags.keys().isdisjoint(tags):
                return False
            record = encode()
            if len(record) > _SMALL_BYTES:
                self._num_bytes += len(record)
            self._ready.append(record)
            is_full = self._is_full()
        if is_full or self._needs_attention:
            self._attend()
        return True

    def _count_bytes(self, num_bytes: int) -> None:
        with self._lock:
            self._num_bytes += num_bytes

    def _is_full(self) -> bool:
        return len(self._ready) > self._max_ready or self._num_bytes > self._buffer_bytes

    def put_aside(self, record: bytes) -> None:
        """Takes finished records from a timer: it is nobody to raise to, and must never wait for the disk.

        After `close`, does nothing.
        """
        if self.is_closed:
            return
        if len(record) > _SMALL_BYTES:
            self._count_bytes(len(record))
        self._ready.append(record)
        self._start()
        if self._is_full() and self._outage.is_waiting():
            self._drop_excess()

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
            is_full = self._is_full()
        if self._is_first_deferred:
            self._is_first_deferred = False
            process_end.drain_at_exit_first()
        if is_full or self._needs_attention:
            self._attend()

    def check_open(self) -> None:
        """Raises ValueError after `close`."""
        if self.is_closed:
            raise ValueError("writer must be open; got a closed one. Make a new SummaryWriter.")

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
        with self._lock:
            self.is_closed = self._needs_attention = True
        thread = self._thread
        if thread is None:
            self._end_file()
        else:
            self._ask(thread, _Turn(is_waiting=True, is_last=True))
            # If this is the thread, the last holder was a value just encoded: it closes the file when its turn comes.
            if thread is threading.current_thread():
                return
            thread.join()
        process_end.forget(self)
        self._raise_lost()
        self._raise_failure()

    def drain(self, *, is_waiting: bool = True, timeout_secs: float = math.inf) -> bool:
        """Has the thread write all that was put before, as far as the file takes it, and waits until it has.

        Args:
            is_waiting: Whether the thread is to wait for values that are still being computed; if not, they stay
                queued, and so do later values of their tags.
            timeout_secs: How long to wait for the end of it.

        Returns:
            Whether that was asked for: not if nothing was ever put, all is closed, it is the thread that asks, or a
            signal handler that struck inside `put`: the thread would wait for the end of that call.
        """
        thread = self._thread
        if thread is None or thread is threading.current_thread() or self._is_inside_put():
            return False
        if self.is_closed and not thread.is_alive():  # while it lives, `close` was interrupted: it is still writing
            return False
        self._ask(thread, _Turn(is_waiting), timeout_secs)
        return True

    def start_drain(self) -> None:
        """Has the thread write what is there already, and does not wait for it."""
        if self._thread is None or self.is_closed or self._outage.is_waiting():
            return
        if self._turns.empty():  # else it is going to
            self._turns.put(_Turn(is_waiting=False))

    def _is_inside_put(self) -> bool:
        is_owned: bool = self._lock._is_owned()  # type: ignore[attr-defined]  # as threading.Condition asks
        return is_owned

    def _ask(self, thread: threading.Thread, turn: _Turn, timeout_secs: float = math.inf) -> None:
        """Gives the thread a turn and waits for its end, unless it is the thread that asks.

        At the very end of the interpreter, where no thread runs any more, the caller takes the turn.
        """
        if sys.is_finalizing():
            self._take(turn)
            return
        self._turns.put(turn)
        if thread is threading.current_thread():
            return
        end = time.monotonic() + timeout_secs
        while not turn.is_over.acquire(timeout=min(_LIVENESS_SECS, timeout_secs)):
            if not thread.is_alive() or time.monotonic() >= end:
                return

    def _run(self) -> None:
        """The thread."""
        turn = _Turn(is_waiting=False)
        while not turn.is_last:
            try:
                turn = self._turns.get(timeout=self._drain_secs)
            except queue.Empty:
                if self._outage.is_waiting():
                    continue
                turn = _Turn(is_waiting=False)
            self._take(turn)

    def _take(self, turn: _Turn) -> None:
        try:
            self._write_all(is_waiting=turn.is_waiting)
        except Exception as error:  # noqa: BLE001 - background thread: reappears in the caller
            self._fail(error)
        if turn.is_last:
            self._end_file()
        turn.is_over.release()

    def _end_file(self) -> None:
        try:
            self._file.close()
        except OSError as error:
            failure = OSError(error.errno, f"Could not bring {self._file.path} to disk: {error.strerror or error}")
            failure.__cause__ = error
            self._fail(failure)

    def _write_all(self, *, is_waiting: bool) -> None:
        if not self._try(self._file.commit):
            return
        with self._lock:
            deferred, self._deferred = self._deferred, []
            num_ready = len(self._ready)  # what is put from now on comes after what was deferred until now
        is_written = self._write_ready(num_ready)
        self._is_stuck = False
        kept: list[Deferred] = []
        waiting_tags: set[str] = set()
        for item in deferred:
            is_due = is_written and waiting_tags.isdisjoint(item.tags)
            records = self._encode(item, is_waiting=is_waiting) if is_due else None
            if records is None:
                waiting_tags.update(item.tags)
                kept.append(item)
            else:
                is_written = self._write(records)
                self._settle(item.num_bytes, item.tags)
        with self._lock:
            self._deferred[:0] = kept
        if is_written:
            self._try(self._file.commit)

    def _write_ready(self, num_records: int) -> bool:
        """Hands that many finished records to the file, slice by slice; whether it took all."""
        while num_records > 0:
            with self._lock:
                records = [self._ready.popleft() for _ in range(min(_SLICE, num_records, len(self._ready)))]
            data = b"".join(records)
            num_records -= _SLICE
            is_written = self._write(data)
            self._settle_ready(records)
            if not is_written:
                return False
        return True

    def _settle_ready(self, records: Sequence[bytes]) -> None:
        """Takes records that have left the queue off the accounts, on which only the large ones are."""
        if self._num_bytes:
            self._settle(sum(len(record) for record in records if len(record) > _SMALL_BYTES), ())

    def _settle(self, num_bytes: int, tags: tuple[str, ...]) -> None:
        """Takes what has been handed to the file off the accounts."""
        with self._lock:
            self._num_bytes -= num_bytes
            for tag in tags:
                self.queued_tags[tag] -= 1
                if not self.queued_tags[tag]:
                    del self.queued_tags[tag]

    def _encode(self, item: Deferred, *, is_waiting: bool) -> bytes | None:
        """The records of `item`; empty if it cannot be encoded, which the next call of the writer tells.

        None if it is not there yet and nobody waits for it, or has files of its own that the disk does not take now.
        """
        try:
            return item.encode() if is_waiting or item.is_ready() else None
        except OSError as error:
            self._outage.begin(self._file.path, error)
            self._is_stuck = True
            return None
        except Exception as error:  # noqa: BLE001 - background thread: reappears in the caller
            self._fail(item.describe_failure(error))
            return b""

    def _write(self, data: bytes) -> bool:
        """Hands `data` to the file, which keeps what it cannot write; whether it could."""
        return self._try(lambda: self._file.write(data))

    def _try(self, call: Callable[[], None]) -> bool:
        """Whether the file did what `call` asks of it."""
        try:
            call()
        except OSError as error:
            self._outage.begin(self._file.path, error)
            return False
        self._outage.end()
        return True

    def _attend(self) -> None:
        """The rare part of taking a record: start the thread, wait when full, raise what failed."""
        self.check_open()
        self._start()
        self._make_room()
        self._raise_failure()

    def _make_room(self) -> None:
        """Waits until the buffer is not full, which other callers may be filling all the while."""
        while self._is_full() and not self._failures:
            if not self._outage.is_waiting() and not self.drain():
                return
            if self._outage.is_waiting() or self._is_stuck:
                self._drop_excess()

    def _start(self) -> None:
        with self._lock:
            if self._thread is not None:
                return
            self._thread = threading.Thread(target=self._run, name="summaries", daemon=True)
            self._thread.start()
        process_end.drain_at_end_of_worker()

    def _drop_excess(self) -> None:
        """Gives up the newest values if the buffer is still full, since the file takes nothing, and counts them."""
        with self._lock:
            while self._is_full() and (self._ready or self._deferred):
                if self._ready:
                    record = self._ready.pop()
                    self._lost.update(count_tags(record))
                    self._settle_ready([record])
                else:
                    item = self._deferred.pop()
                    self._lost.update(item.tags)
                    self._settle(item.num_bytes, item.tags)
            self._file.repeat_metadata()

    def _fail(self, error: Exception) -> None:
        with self._lock:
            self._failures.add(error)
            self._needs_attention = True

    def _raise_failure(self) -> None:
        """Raises what failed since the last call."""
        with self._lock:
            failures, self._failures = self._failures, Failures()
            self._needs_attention = self._thread is None or self.is_closed
        failures.raise_first()

    def _find_lost(self) -> Counter[str]:
        """How many values of each tag are not written, now that nothing more will be."""
        lost = self._lost + count_tags(self._file.pending) + count_tags(b"".join(self._ready))
        for item in self._deferred:
            lost.update(item.tags)
        return lost

    def _raise_lost(self) -> None:
        lost = self._find_lost()
        if lost:
            raise OSError(describe_lost(lost, self._file.path))

    def warn_lost(self) -> None:
        """At the end of a process that did not close the writer: logs what `close` would have raised."""
        lost = self._find_lost()
        if lost:
            _log.warning("%s", describe_lost(lost, self._file.path))

    def abandon(self) -> None:
        """Leaves all that was put to the process that this one was forked from, and begins a file of its own."""
        self._make_empty()
        self._file.abandon()
