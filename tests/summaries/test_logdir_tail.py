"""Following a logdir."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from summaries.columns import FileState
from summaries.logdir_tail import LogdirTail
from summaries.proto.event_pb2 import Event
from summaries.proto.summary_pb2 import Summary
from summaries.reader import EventFileReader
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


def states_of(tail: LogdirTail) -> dict[Path, FileState]:
    return {update.path: update.state for update in tail.poll()}


def test_later_tail_goes_on_where_an_earlier_one_stood(tmp_path: Path):
    for name in ["a", "b", "c", "d", "e"]:
        append(tmp_path / name / "x.tfevents", 1, 2)
    states = states_of(LogdirTail(tmp_path))

    append(tmp_path / "b" / "x.tfevents", 3)
    (tmp_path / "c" / "x.tfevents").write_bytes(b"")
    append(tmp_path / "c" / "x.tfevents", 7)
    (tmp_path / "d" / "x.tfevents").unlink()
    append(tmp_path / "d" / "x.tfevents", 8, 9, 10)
    (tmp_path / "e" / "x.tfevents").unlink()
    append(tmp_path / "f" / "x.tfevents", 5)
    later = LogdirTail(tmp_path, states=states)

    assert sorted(poll(later)) == [
        ("b", "x.tfevents", [3], False),
        ("c", "x.tfevents", [7], True),
        ("d", "x.tfevents", [8, 9, 10], True),
        ("e", "x.tfevents", [], True),
        ("f", "x.tfevents", [5], False),
    ]
    assert poll(later) == []


def test_file_of_which_only_a_part_was_told_is_read_on(tmp_path: Path):
    path = tmp_path / "x.tfevents"
    append(path, 1, 2, 3)
    reader = EventFileReader(path, window_bytes=40)
    told = reader.read(max_bytes=1).steps.tolist()

    later = LogdirTail(tmp_path, states={path: reader.state})

    assert (reader.is_behind, told) == (True, [1])
    assert poll(later) == [(".", "x.tfevents", [2, 3], False)]
    assert poll(later) == []


def test_caller_that_leaves_early_misses_nothing(tmp_path: Path):
    for name in ["a", "b", "c"]:
        append(tmp_path / name / "x.tfevents", 1)
    tail = LogdirTail(tmp_path)

    updates = tail.iter_updates()
    first = next(updates)
    updates.close()

    assert first.run == "a"
    assert sorted(poll(tail)) == [("b", "x.tfevents", [1], False), ("c", "x.tfevents", [1], False)]


def test_only_what_changed_is_looked_at_when_that_is_known(tmp_path: Path):
    for name in ["a", "b"]:
        append(tmp_path / name / "x.tfevents", 1)
    tail = LogdirTail(tmp_path)
    tail.poll()

    for name in ["a", "b", "c"]:
        append(tmp_path / name / "x.tfevents", 2)
    told = tuple(tail.iter_updates({f"{tmp_path}/a/x.tfevents", f"{tmp_path}/c/x.tfevents", f"{tmp_path}/c"}))

    assert [(update.run, update.batch.steps.tolist()) for update in told] == [("a", [2]), ("c", [2])]
    assert poll(tail) == [("b", "x.tfevents", [2], False)]


def test_file_that_cannot_be_read_is_told_once_and_read_when_it_can_be(unprivileged: Path):
    path = unprivileged / "a" / "x.tfevents"
    append(path, 1)
    path.chmod(0)
    tail = LogdirTail(unprivileged)

    first, second = tail.poll(), tail.poll()
    path.chmod(0o600)
    third = tail.poll()

    assert [problem.reason for problem in first[0].batch.health.problems] == ["could not be read: Permission denied"]
    assert second == ()
    assert [(update.batch.steps.tolist(), update.batch.health.problems) for update in third] == [([1], ())]


def test_run_whose_name_is_no_utf8_is_told_under_a_name_that_is(tmp_path: Path):
    append(tmp_path / "caf\udce9" / "x.tfevents", 1)
    tail = LogdirTail(tmp_path)

    states = states_of(tail)
    append(tmp_path / "caf\udce9" / "x.tfevents", 2)

    assert poll(LogdirTail(tmp_path, states=states)) == [("caf\\xe9", "x.tfevents", [2], False)]


def test_large_tree_is_not_looked_at_all_the_time(tmp_path: Path):
    class SlowClock:
        """A second passes at each look at it."""

        secs = 0.0

        def __call__(self) -> float:
            self.secs += 1.0
            return self.secs

    append(tmp_path / "a" / "x.tfevents", 1)
    tail = LogdirTail(tmp_path, clock=SlowClock())
    tail.poll()
    tail.poll()  # one slow look says nothing: the machine may be busy

    append(tmp_path / "b" / "x.tfevents", 1)

    assert [len(tail.poll()) for _ in range(20)].index(1) > 5


def test_share_that_is_read_counts_what_a_look_found_to_be_new(tmp_path: Path):
    for name in ["a", "b"]:
        append(tmp_path / name / "x.tfevents", 1, 2, 3)
    tail = LogdirTail(tmp_path)

    before = tail.share_read
    first = [tail.share_read for _ in tail.iter_updates()]
    nothing_new = [tail.share_read for _ in tail.iter_updates()] + [tail.share_read]
    append(tmp_path / "a" / "x.tfevents", 4)
    append(tmp_path / "b" / "x.tfevents", 4, 5, 6)
    second = [tail.share_read for _ in tail.iter_updates()]

    assert (before, first, nothing_new, second) == (0.0, [0.5, 1.0], [0.0], [0.25, 1.0])
