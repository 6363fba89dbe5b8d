"""Reads many event files in a row, some of them ahead of the caller in threads.

The compiled scanner lets other threads run, so two of them read two files at once. What costs Python's time, the files
themselves, is done once at a time, so small ones gain nothing by it and are read in the caller's thread.

Synopsis:
    >>> import tempfile, pathlib
    >>> from summaries.records import frame
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> for name in ("a.tfevents", "b.tfevents"):
    ...     _ = (folder / name).write_bytes(frame(b""))
    >>> readers = [EventFileReader(path) for path in sorted(folder.iterdir())]
    >>> [reading.reader.path.name for reading in read_ahead([(reader, 16) for reader in readers])]
    ['a.tfevents', 'b.tfevents']
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from summaries.columns import Batch, FileState
from summaries.members import find_compiled
from summaries.reader import SLICE_BYTES, EventFileReader

NUM_THREADS = 2
_TASK_BYTES = 4 << 20
"""How much one task of a thread reads, at least, so that handing it over costs little."""
_MIN_MEAN_BYTES = 512 << 10
"""Files that are smaller on average are read faster by one thread."""


@dataclass(frozen=True)
class Reading:
    """What one read of one file brought.

    Attributes:
        reader: The file's reader; it may be ahead of this reading, if the file is large.
        batch: What was read; None if the file could not be read.
        state: The reader's state after this read.
        is_replaced: Whether the file is another one than before, or rewritten, so that what it gave before is void.
        error: Why it could not be read.
    """

    reader: EventFileReader
    batch: Batch | None
    state: FileState
    is_replaced: bool
    error: OSError | None = None


def read_ahead(
    files: Sequence[tuple[EventFileReader, int]],
    *,
    is_finished: bool = False,
    num_threads: int = NUM_THREADS,
    slice_bytes: int = SLICE_BYTES,
) -> Iterator[Reading]:
    """Reads what is new in some files, in their order.

    A large file is read slice by slice by the caller: a thread would hold all of it, and hold up the end of the
    program. Threads are at most a few files ahead.

    Args:
        files: Readers, each with the size of its file in bytes, or what is new in it.
        is_finished: Whether the files have ended, as in `EventFileReader.read`.
        num_threads: How many threads read, if that is faster than one.
        slice_bytes: How much of a file is one reading, about.
    """
    for is_large, row in itertools.groupby(files, key=lambda file: file[1] > slice_bytes):
        listed = list(row)
        if is_large or not _is_worth_it(listed, num_threads):
            for reader, _ in listed:
                yield from _iter_readings(reader, is_finished, slice_bytes)
        else:
            yield from _read_in_threads(listed, is_finished, num_threads, slice_bytes)


def _is_worth_it(files: Sequence[tuple[EventFileReader, int]], num_threads: int) -> bool:
    """Whether threads read some files faster than the caller."""
    num_bytes = sum(size for _, size in files)
    is_enough = num_bytes >= num_threads * _TASK_BYTES and num_bytes >= len(files) * _MIN_MEAN_BYTES
    return num_threads > 1 and is_enough and find_compiled()["scan"]


def _read_in_threads(
    files: Sequence[tuple[EventFileReader, int]], is_finished: bool, num_threads: int, slice_bytes: int
) -> Iterator[Reading]:
    executor = ThreadPoolExecutor(num_threads, thread_name_prefix="read-ahead")
    tasks = (partial(_read_group, group, is_finished, slice_bytes) for group in _group(files))
    try:
        yield from _run_ahead(executor, tasks, 2 * num_threads)
    finally:
        executor.shutdown(cancel_futures=True)


def _run_ahead(
    executor: ThreadPoolExecutor, tasks: Iterable[Callable[[], list[Reading]]], max_ahead: int
) -> Iterator[Reading]:
    """What the tasks give, in their order, while the next ones run."""
    waiting: deque[Future[list[Reading]]] = deque()
    for task in tasks:
        waiting.append(executor.submit(task))
        if len(waiting) > max_ahead:
            yield from waiting.popleft().result()
    while waiting:
        yield from waiting.popleft().result()


def _group(files: Sequence[tuple[EventFileReader, int]]) -> Iterator[list[EventFileReader]]:
    """Neighbours, enough of them for a task."""
    group: list[EventFileReader] = []
    num_bytes = 0
    for reader, size in files:
        group.append(reader)
        num_bytes += size
        if num_bytes >= _TASK_BYTES:
            yield group
            group, num_bytes = [], 0
    if group:
        yield group


def _read_group(readers: list[EventFileReader], is_finished: bool, slice_bytes: int) -> list[Reading]:
    return [reading for reader in readers for reading in _iter_readings(reader, is_finished, slice_bytes)]


def _iter_readings(reader: EventFileReader, is_finished: bool, slice_bytes: int) -> Iterator[Reading]:
    is_first = True
    while is_first or reader.is_behind:
        is_first = False
        generation = reader.generation
        try:
            batch = reader.read(is_finished=is_finished, max_bytes=slice_bytes)
        except OSError as error:
            yield Reading(reader, None, reader.state, is_replaced=False, error=error)
            return
        yield Reading(reader, batch, reader.state, is_replaced=reader.generation != generation)
