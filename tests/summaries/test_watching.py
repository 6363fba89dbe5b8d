"""Following growing logs, told by the system or by looking: the same comes of both."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from summaries import SummaryWriter, tail
from summaries.logdir_tail import LogdirTail
from summaries.watching import iter_changes

PATIENCE_SECS = 20.0


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    stop = threading.Event()
    yield stop
    stop.set()


def log_scalar(folder: Path, step: int) -> None:
    with SummaryWriter(folder, heartbeat_secs=None) as writer:
        writer.add_scalar("x", float(step), step)


class Follower:
    """Reads a logdir whenever it is told to look."""

    def __init__(self, folder: Path, stop: threading.Event, *, is_watching: bool, poll_secs: float) -> None:
        self.found: list[tuple[str, int]] = []
        self.tail = LogdirTail(folder)
        self.tail.poll()
        self._changes = iter_changes(lambda: self.tail.tops, stop, poll_secs=poll_secs, is_watching=is_watching)

    def wait_for(self, *expected: tuple[str, int]) -> None:
        """Looks until these points are there and no others."""
        while sorted(self.found) != sorted(expected):
            for update in self.tail.iter_updates(next(self._changes)):
                if update.is_replaced:
                    self.found = [point for point in self.found if point[0] != update.run]
                self.found += [(update.run, step) for step in update.batch.steps.tolist()]


@pytest.mark.parametrize(("is_watching", "poll_secs"), [(True, PATIENCE_SECS), (True, 0.05), (False, 0.05)])
def test_watching_and_polling_see_the_same(tmp_path: Path, stop: threading.Event, is_watching: bool, poll_secs: float):
    (tmp_path / "logs").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "logs" / "link").symlink_to(tmp_path / "elsewhere")
    follower = Follower(tmp_path / "logs", stop, is_watching=is_watching, poll_secs=poll_secs)
    started = threading.Timer(0.2, lambda: log_scalar(tmp_path / "logs" / "a", 0))  # watching begins with the wait
    started.start()

    follower.wait_for(("a", 0))
    with open(next((tmp_path / "logs" / "a").iterdir()), "ab") as file:
        log_scalar(tmp_path / "other", 1)
        file.write(next((tmp_path / "other").iterdir()).read_bytes())
    follower.wait_for(("a", 0), ("a", 1))
    log_scalar(tmp_path / "logs" / "deep" / "er" / "b", 2)
    follower.wait_for(("a", 0), ("a", 1), ("deep/er/b", 2))
    log_scalar(tmp_path / "elsewhere" / "c", 3)
    follower.wait_for(("a", 0), ("a", 1), ("deep/er/b", 2), ("link/c", 3))
    shutil.rmtree(tmp_path / "logs" / "a")
    follower.wait_for(("deep/er/b", 2), ("link/c", 3))
    log_scalar(tmp_path / "logs" / "a", 4)
    follower.wait_for(("a", 4), ("deep/er/b", 2), ("link/c", 3))


def test_sidecar_wakes_nobody(tmp_path: Path, stop: threading.Event):
    changes = iter_changes(lambda: [str(tmp_path)], stop, poll_secs=PATIENCE_SECS)

    def write() -> None:
        (tmp_path / ".board").mkdir()
        (tmp_path / ".board" / "notes.json").write_text("{}")
        (tmp_path / "x.tfevents").write_text("")

    threading.Timer(0.2, write).start()

    assert next(changes) == {str(tmp_path / "x.tfevents")}


def test_logdir_that_appears_and_is_replaced_is_followed(tmp_path: Path, stop: threading.Event):
    follower = Follower(tmp_path / "logs", stop, is_watching=True, poll_secs=0.05)

    log_scalar(tmp_path / "logs" / "a", 0)
    follower.wait_for(("a", 0))
    (tmp_path / "logs").rename(tmp_path / "old")
    log_scalar(tmp_path / "logs" / "b", 1)
    follower.wait_for(("b", 1))


def test_everything_is_looked_at_less_often_where_that_takes_long(tmp_path: Path, stop: threading.Event):
    changes = iter_changes(lambda: [str(tmp_path)], stop, poll_secs=0.05)
    told = [next(changes)]  # of the folder as it is
    while told[-1] is not None:
        told.append(next(changes))
    threading.Event().wait(0.005)  # a look that takes 5 ms is worth a rest of a second

    after = [next(changes) for _ in range(5)]

    assert after == [frozenset()] * 5


_PROGRAM = """
import json, logging, sys, threading
from summaries.watching import iter_changes
open("/proc/sys/user/max_inotify_watches", "w").write("2")
logging.basicConfig(stream=sys.stderr, format="%(message)s")
changes = iter_changes(lambda: [sys.argv[1]], threading.Event(), poll_secs=0.01)
print(json.dumps([next(changes), next(changes)]))
"""


def test_watches_that_run_out_are_replaced_by_looking(tmp_path: Path):
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    command = ["unshare", "--user", "--map-root-user", sys.executable, "-c", _PROGRAM, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    if "unshare failed" in done.stderr or "max_inotify_watches" in done.stderr:
        pytest.skip("this system does not let a process limit its own watches")

    assert json.loads(done.stdout) == [None, None]
    (warning,) = done.stderr.splitlines()
    assert warning.startswith(f"Could not watch {tmp_path}: OS file watch limit reached.")
    assert warning.endswith("Continuing with looking every 0.01 s.")


def test_tree_with_a_folder_that_may_not_be_read_is_watched(unprivileged: Path, stop: threading.Event):
    (unprivileged / "closed").mkdir(mode=0)
    changes = iter_changes(lambda: [str(unprivileged)], stop, poll_secs=0.5)

    first = next(changes)
    threading.Timer(0.1, (unprivileged / "x.tfevents").touch).start()

    assert first is None
    assert next(changes) == {str(unprivileged / "x.tfevents")}


def test_tail_gives_new_points_of_all_runs_and_ends_after_the_timeout(tmp_path: Path):
    log_scalar(tmp_path / "a", 0)

    points = tail(tmp_path, timeout_secs=0.3, poll_secs=0.05)
    log_scalar(tmp_path / "a", 1)
    log_scalar(tmp_path / "b", 2)

    assert [(point.run, point.tag, point.step, point.value) for point in points] == [
        ("a", "x", 1, 1.0),
        ("b", "x", 2, 2.0),
    ]


def test_tail_from_the_start_gives_only_what_is_asked_for(tmp_path: Path):
    for run in ("train", "val"):
        with SummaryWriter(tmp_path / run) as writer:
            writer.add_scalars_at(3, {"loss": 0.5, "acc": 0.9})

    points = tail(tmp_path, runs="tr*", tags=["loss"], is_from_start=True, timeout_secs=0.05)

    assert [(point.run, point.tag, point.step) for point in points] == [("train", "loss", 3)]


def test_tail_ends_when_told(tmp_path: Path, stop: threading.Event):
    points = tail(tmp_path / "never", stop=stop)

    threading.Timer(0.1, stop.set).start()

    assert list(points) == []
