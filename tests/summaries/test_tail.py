"""Following a logdir."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from summaries.logdir_tail import LogdirTail
from summaries.proto.event_pb2 import Event
from summaries.proto.summary_pb2 import Summary
from summaries.records import frame


def append(path: Path, *steps: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "ab") as file:
        for step in steps:
            summary = Summary(value=[Summary.Value(tag="a", simple_value=step)])
            file.write(frame(Event(step=step, summary=summary).SerializeToString()))


class Clock:
    def __init__(self) -> None:
        self.secs = 0.0

    def __call__(self) -> float:
        return self.secs


@pytest.fixture
def clock() -> Clock:
    return Clock()


def poll(tail: LogdirTail) -> list[tuple[str, str, list[int], bool]]:
    return [(update.run, update.path.name, update.batch.steps.tolist(), update.is_replaced) for update in tail.poll()]


def test_poll_of_a_logdir_that_appears_later_finds_it(tmp_path: Path, clock: Clock):
    tail = LogdirTail(tmp_path / "later", clock=clock)

    before = poll(tail)
    append(tmp_path / "later" / "run" / "x.tfevents", 1)
    clock.secs += 5

    assert before == []
    assert poll(tail) == [("run", "x.tfevents", [1], False)]


def test_poll_brings_what_was_appended_to_each_file(tmp_path: Path, clock: Clock):
    append(tmp_path / "a" / "x.tfevents", 1, 2)
    append(tmp_path / "x.tfevents", 7)
    tail = LogdirTail(tmp_path, clock=clock)

    first = poll(tail)
    append(tmp_path / "a" / "x.tfevents", 3)
    second = poll(tail)
    third = poll(tail)

    assert first == [(".", "x.tfevents", [7], False), ("a", "x.tfevents", [1, 2], False)]
    assert second == [("a", "x.tfevents", [3], False)]
    assert third == []


def test_poll_finds_a_new_run_at_once_since_its_folder_changed(tmp_path: Path, clock: Clock):
    append(tmp_path / "a" / "x.tfevents", 1)
    tail = LogdirTail(tmp_path, clock=clock)
    tail.poll()

    append(tmp_path / "b" / "c" / "x.tfevents", 2)

    assert poll(tail) == [("b/c", "x.tfevents", [2], False)]


def test_poll_walks_after_the_interval_or_when_told(tmp_path: Path, clock: Clock):
    append(tmp_path / "real" / "x.tfevents", 1)
    logdir = tmp_path / "logdir"
    logdir.mkdir()
    os.utime(logdir, (1, 1))
    tail = LogdirTail(logdir, clock=clock)
    tail.poll()

    (logdir / "link").symlink_to(tmp_path / "real")
    os.utime(logdir, (1, 1))  # as a file system that does not tell of changes
    before = poll(tail)
    tail.walk_soon()

    assert before == []
    assert poll(tail) == [("link", "x.tfevents", [1], False)]


def test_poll_reads_a_file_that_was_replaced_again(tmp_path: Path, clock: Clock):
    path = tmp_path / "x.tfevents"
    append(path, 1, 2, 3)
    tail = LogdirTail(tmp_path, clock=clock)
    tail.poll()

    path.unlink()
    append(path, 8)

    assert poll(tail) == [(".", "x.tfevents", [8], True)]


def test_poll_tells_of_a_run_that_is_gone(tmp_path: Path, clock: Clock):
    append(tmp_path / "a" / "x.tfevents", 1)
    append(tmp_path / "b" / "x.tfevents", 1)
    tail = LogdirTail(tmp_path, clock=clock)
    tail.poll()

    shutil.rmtree(tmp_path / "a")

    assert poll(tail) == [("a", "x.tfevents", [], True)]
    assert poll(tail) == []


def test_poll_of_a_file_that_becomes_a_folder_raises_nothing(tmp_path: Path, clock: Clock):
    path = tmp_path / "x.tfevents"
    append(path, 1)
    tail = LogdirTail(tmp_path, clock=clock)
    tail.poll()

    path.unlink()
    path.mkdir()

    assert poll(tail) == [(".", "x.tfevents", [], True)]
