"""The index of a logdir: what opening again takes, what a look at known files takes, and how many bytes it has.

There is no peer that keeps one: each figure stands beside its goal. What one thread does is told in CPU time, which
neighbours on the machine hardly change.
"""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from dashboard.api import wire
from dashboard.api.bodies import Window
from dashboard.api.curves import iter_drawn
from dashboard.store.indexer import Pace
from dashboard.store.memory import MemoryStore
from dashboard.store.protocol import LogStore
from dashboard.store.sqlite import SqliteStore
from summaries import LogdirTail
from summaries.proto.event_pb2 import Event
from summaries.proto.summary_pb2 import Summary
from summaries.records import frame
from tests.benchmarks import corpora
from tests.benchmarks.corpora import Corpus
from tests.benchmarks.row import Row

NEVER = Pace(idle_secs=math.inf, first_view_secs=math.inf)
NOW = Pace(idle_secs=0, first_view_secs=0)
WINDOW = Window("step", 400, -math.inf, math.inf, 0.0)
NEW_RECORDS = 10
IN_THE_MIDST_SECS = 0.02
REPEATS = 7

_OPEN = """
import pathlib, sys, time
from dashboard.store.sqlite import SqliteStore
start = time.process_time()
store = SqliteStore(pathlib.Path(sys.argv[1]), sys.argv[2])
runs, tags = store.runs(), store.tags("scalars")
taken = time.process_time() - start
print(taken, len(runs), sum(map(len, tags.values())))
store.close()
"""


def measure() -> Iterator[Row]:
    """Yields the rows of the index."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _measure_bytes(Path(folder))
        yield from _measure_opening(Path(folder))
        yield from _measure_series(Path(folder))
    yield from _measure_beside()
    with tempfile.TemporaryDirectory() as folder:
        yield from _measure_looks(Path(folder))


def _measure_bytes(folder: Path) -> Iterator[Row]:
    for corpus in (corpora.SCALARS, corpora.MANY_RUNS):
        path, logdir = folder / f"{corpus.name}.sqlite", corpora.make(corpus)
        store = SqliteStore(path, str(logdir), pace=NEVER)
        _take_in(store, LogdirTail(logdir))
        _write(store)
        store.close()
        what = f"{corpus.name}: index of {corpus.num_points / 1e6:g} M points ({corpus.num_runs:,} runs)"
        yield Row(what, "bytes a point", path.stat().st_size / corpus.num_points, "goal", 8.0, 1.0)


def _measure_opening(folder: Path) -> Iterator[Row]:
    corpus = corpora.MANY_RUNS
    command = [sys.executable, "-c", _OPEN, str(folder / f"{corpus.name}.sqlite"), str(corpora.make(corpus))]
    answers = [subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(REPEATS)]
    secs = min(float(answer.split()[0]) for answer in answers)
    assert answers[0].split()[1:] == [str(corpus.num_runs), str(corpus.num_runs * corpus.num_tags)]
    what = f"open an index: {corpus.num_runs * corpus.num_tags:,} series of {corpus.num_runs:,} runs listed"
    yield Row(what, "ms", 1e3 * secs, "goal", 30.0, 1.0)


def _measure_series(folder: Path) -> Iterator[Row]:
    corpus = corpora.SCALARS
    store = SqliteStore(folder / f"{corpus.name}.sqlite", str(corpora.make(corpus)), pace=NEVER)
    taken = [_time(lambda tag=tag: _draw(store, corpus, tag)) for tag in corpus.tags]  # type: ignore[misc]
    store.close()
    what = f"one tag of {corpus.num_runs} runs × {corpus.num_steps:,} points, from the index to the bytes on the wire"
    yield Row(what, "ms", 1e3 * min(taken), "goal", 10.0, 1.0)


def _measure_beside() -> Iterator[Row]:
    """The first query of a tag while the index is written, and without an index, in turns."""
    corpus = corpora.SCALARS
    logdir = corpora.make(corpus)
    while_written, without = [], []
    for _ in range(3 * REPEATS):
        with tempfile.TemporaryDirectory() as folder:
            store = SqliteStore(Path(folder) / "index.sqlite", str(logdir), pace=NOW)
            plain = MemoryStore()
            for update in LogdirTail(logdir).poll():
                store.append(update)
                plain.append(update)
            without.append(_time(lambda store=plain: _draw(store, corpus, corpus.tags[0]), time.perf_counter))  # type: ignore[misc]
            writing = threading.Thread(target=_write_politely, args=(store,))
            writing.start()
            writing.join(IN_THE_MIDST_SECS)
            assert writing.is_alive()
            while_written.append(_time(lambda store=store: _draw(store, corpus, corpus.tags[0]), time.perf_counter))  # type: ignore[misc]
            writing.join()
            store.close()
    what = f"first query of {corpus.num_runs} runs × {corpus.num_steps:,} points while the index is written, median"
    yield Row(what, "ms", 1e3 * median(while_written), "no index", 1e3 * median(without), 1 / 1.2)


def _measure_looks(folder: Path) -> Iterator[Row]:
    """Known files looked at: all idle, and all with a little more."""
    corpus = Corpus("looks", num_runs=1_000, num_steps=20)
    files = [corpora.write_run(corpus, number, folder / "runs" / run) for number, run in enumerate(corpus.runs)]
    tail = LogdirTail(folder / "runs")
    store = SqliteStore(folder / "index.sqlite", "runs", pace=NEVER)
    _take_in(store, tail)
    _write(store)
    idle = [_time(lambda: _take_in(store, tail)) for _ in range(3 * REPEATS)]
    yield Row(f"{len(files):,} idle files looked at", "ms", 1e3 * min(idle), "goal", 5.0, 1.0)
    taken = []
    for number in range(REPEATS):
        records = _make_records(corpus, number)
        for file in files:
            with open(file, "ab") as appended:
                appended.write(records)
        taken.append(_time(lambda: _take_in(store, tail)))
    assert len(store.series(corpus.runs[-1], corpus.tags[0])) == corpus.num_steps + REPEATS * NEW_RECORDS
    store.close()
    what = f"{NEW_RECORDS} new records in each of {len(files):,} files taken in"
    yield Row(what, "ms", 1e3 * min(taken), "goal", 60.0, 1.0)


def _make_records(corpus: Corpus, number: int) -> bytes:
    steps = range(corpus.num_steps + number * NEW_RECORDS, corpus.num_steps + (number + 1) * NEW_RECORDS)
    value = Summary.Value(tag=corpus.tags[0], simple_value=0.5)
    events = (Event(step=step, wall_time=2e9 + step, summary=Summary(value=[value])) for step in steps)
    return b"".join(frame(event.SerializeToString()) for event in events)


def _take_in(store: LogStore, tail: LogdirTail) -> None:
    for update in tail.iter_updates():
        store.append(update)


def _write(store: SqliteStore) -> None:
    while store.write(all_of_it=True):
        continue


def _write_politely(store: SqliteStore) -> None:
    """As the store's own thread does it: pausing while views are asked for."""
    while store.write():
        continue


def _draw(store: LogStore, corpus: Corpus, tag: str) -> bytes:
    """What a card of all runs asks for, as bytes."""
    answer = wire.encode(list(iter_drawn(store, corpus.runs, [tag], WINDOW)), store.version())
    assert len(answer) > 100 * corpus.num_runs
    return answer


def _time(call: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    start = clock()
    call()
    return clock() - start
