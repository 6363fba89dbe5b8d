"""When rows are due, by a clock that the test turns."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.store.index import Index
from dashboard.store.indexer import Indexer, Pace
from dashboard.store.run_state import RunState
from summaries import LogdirTail, SummaryWriter

PACE = Pace(idle_secs=10, first_view_secs=5, quiet_secs=1, max_pause_secs=0)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def indexer(tmp_path: Path, clock: Clock) -> Iterator[Indexer]:
    index = Index(tmp_path / "index.sqlite", "runs")
    yield Indexer(index, PACE, clock)
    index.close()


def note_run(indexer: Indexer, logdir: Path, name: str = "a") -> RunState:
    """Has a run of one point be in memory."""
    with SummaryWriter(logdir / name, heartbeat_secs=None) as writer:
        writer.add_scalar("loss", 1.0, 0)
    run = RunState(name)
    for update in LogdirTail(logdir / name).poll():
        run.append(update)
        indexer.note(run, update.path, len(update.batch.steps))
    return run


def test_writing_begins_when_the_first_view_was_answered(indexer: Indexer, clock: Clock) -> None:
    before = indexer.may_begin
    indexer.note_view()
    at_once = indexer.may_begin
    clock.now += 1.1

    assert (before, at_once, indexer.may_begin) == (False, False, True)


def test_first_view_is_not_waited_for_for_ever(indexer: Indexer, clock: Clock) -> None:
    clock.now += 5.1

    assert indexer.may_begin


def test_first_view_is_not_waited_for_when_memory_is_full(tmp_path: Path, indexer: Indexer) -> None:
    indexer._pace = dataclasses.replace(PACE, max_rows_in_memory=0)
    indexer.stop()  # nobody waits for room

    note_run(indexer, tmp_path)

    assert indexer.may_begin


def test_few_rows_are_written_when_nothing_more_comes(tmp_path: Path, indexer: Indexer, clock: Clock) -> None:
    run = note_run(indexer, tmp_path)
    (file,) = run.log.files.values()
    at_once = indexer.write()
    clock.now += 10
    later = indexer.write()

    assert (at_once, later, indexer.write()) == (False, True, False)
    assert file.num_rows_in_memory == 0
    assert run.log.series("loss").values.tolist() == [1.0]


def test_rows_that_have_been_in_memory_for_longest_are_written_when_there_are_many(
    tmp_path: Path, indexer: Indexer
) -> None:
    indexer._pace = dataclasses.replace(PACE, rows_to_keep=4)
    runs = [note_run(indexer, tmp_path, name) for name in "abcd"]
    at_once = indexer.write()
    runs.append(note_run(indexer, tmp_path, "e"))

    assert (at_once, indexer.write(), indexer.write()) == (False, True, False)
    assert [next(iter(run.log.files.values())).num_rows_in_memory for run in runs] == [0, 0, 0, 1, 1]


def test_rows_that_went_with_a_replaced_file_do_not_count(tmp_path: Path, indexer: Indexer, clock: Clock) -> None:
    run = note_run(indexer, tmp_path)
    (path,) = run.log.files
    run.log.put(path, type(run.log.files[path])(run.log.files[path].tags, run.log.files[path].health))

    indexer.write()

    assert indexer._num_rows == 0


def test_who_writes_rests_until_there_is_something_to_write(tmp_path: Path, indexer: Indexer) -> None:
    writing = threading.Thread(target=indexer.wait, args=(0,), daemon=True)
    writing.start()
    writing.join(0.1)
    rests = writing.is_alive()

    note_run(indexer, tmp_path)
    writing.join(20)

    assert (rests, writing.is_alive()) == (True, False)
