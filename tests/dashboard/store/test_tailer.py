import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.store.memory import MemoryStore
from dashboard.store.tailer import Tailer
from summaries import SummaryWriter

PATIENCE_SECS = 20


class Watched:
    """A tailer on a folder, and the changes that it reported."""

    def __init__(self, logdir: Path) -> None:
        self.store = MemoryStore()
        self.changes: queue.Queue[int] = queue.Queue()
        self.tailer = Tailer(logdir, self.store, lambda: self.changes.put(self.store.version()))

    def wait_for(self, num_points: int) -> None:
        while sum(run.num_points for run in self.store.runs()) < num_points:
            self.changes.get(timeout=PATIENCE_SECS)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path / "runs")
    watched.tailer.start()
    yield watched
    watched.tailer.stop()


def test_folder_created_later_is_picked_up_and_followed(watched: Watched, tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "runs" / "a") as writer:
        writer.add_scalar("loss", 1.0, 0)
        writer.flush()
        watched.wait_for(1)
        writer.add_scalar("loss", 0.5, 1)
        writer.flush()
        watched.wait_for(2)

    assert watched.store.series("a", "loss").values.tolist() == [1.0, 0.5]


def test_reading_that_takes_long_does_not_hold_up_the_end(tmp_path: Path) -> None:
    has_begun, may_end = threading.Event(), threading.Event()

    def take_long() -> None:
        has_begun.set()
        may_end.wait(PATIENCE_SECS)

    held = Tailer(tmp_path, MemoryStore(), take_long)
    held.start()
    has_begun.wait(PATIENCE_SECS)

    has_ended_at_once = held.stop(limit_secs=0.01)
    may_end.set()

    assert not has_ended_at_once
    assert held.stop(PATIENCE_SECS)


def test_first_look_is_waited_for_but_not_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.store.tailer.FIRST_SECS", 0.2)
    with SummaryWriter(tmp_path / "a") as writer:
        writer.add_scalar("loss", 1.0, 0)
    has_begun, may_end = threading.Event(), threading.Event()

    def take_long() -> None:
        has_begun.set()
        may_end.wait(PATIENCE_SECS)

    slow = Tailer(tmp_path, MemoryStore(), take_long)
    slow.wait_until_read()  # it has not begun
    slow.start()
    has_begun.wait(PATIENCE_SECS)
    slow.wait_until_read()
    was_reading = slow.is_reading
    may_end.set()
    slow.stop(PATIENCE_SECS)

    assert was_reading


def test_list_that_is_asked_for_at_once_waits_for_the_first_look(tmp_path: Path) -> None:
    for number in range(20):
        with SummaryWriter(tmp_path / f"run_{number}") as writer:
            writer.add_scalar("loss", 1.0, 0)
    store = MemoryStore()
    quick = Tailer(tmp_path, store, lambda: None)
    quick.start()

    quick.wait_until_read()

    assert (quick.is_reading, len(store.runs())) == (False, 20)
    quick.stop()


def test_new_run_in_a_watched_folder_is_picked_up(watched: Watched, tmp_path: Path) -> None:
    for name in ("a", "deep/er/b"):
        with SummaryWriter(tmp_path / "runs" / name) as writer:
            writer.add_scalar("loss", 1.0, 0)
        watched.wait_for(1 if name == "a" else 2)

    assert {run.name for run in watched.store.runs()} == {"a", "deep/er/b"}


def test_first_look_tells_how_far_it_is_and_when_it_has_ended(tmp_path: Path) -> None:
    for name in ("a", "b"):
        with SummaryWriter(tmp_path / name, heartbeat_secs=None) as writer:
            writer.add_scalar("loss", 1.0, 0)
    shares: queue.Queue[tuple[int, int] | None] = queue.Queue()
    tailer = Tailer(tmp_path, MemoryStore(), lambda: shares.put(tailer.num_bytes))

    before = tailer.num_bytes
    tailer.start()
    told = [shares.get(timeout=PATIENCE_SECS) for _ in range(3)]
    tailer.stop(PATIENCE_SECS)

    size = next(tmp_path.glob("a/*")).stat().st_size
    assert before == (0, 0)
    assert told == [(size, 2 * size), (2 * size, 2 * size), None]
    assert not tailer.is_reading
