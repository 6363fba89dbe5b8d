"""The list of runs since a version, over files that grow, stall and go away."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dashboard.api import run_list
from dashboard.api.run_list import RunList
from dashboard.store.memory import MemoryStore
from dashboard.store.slots import Slots
from summaries import LogdirTail, SummaryWriter

WriteRun = Callable[..., Path]


@dataclass
class Follower:
    """The runs of a logdir, read when it is told to."""

    path: Path

    def __post_init__(self) -> None:
        self.store, self.tail = MemoryStore(), LogdirTail(self.path, walk_interval_secs=0)
        self.runs = RunList(self.store, Slots())

    def list(self, since: int = 0, now: float = 0.0, *, is_settled: bool = True) -> dict[str, Any]:
        """The list as JSON gives it, after all was read that is new."""
        for update in self.tail.poll():
            self.store.append(update)
        listed = self.runs.read(since, now, is_settled=is_settled)
        return vars(listed) | {"runs": {run["name"]: run for run in json.loads(b"[" + listed.runs + b"]")}}


@pytest.fixture
def follower(tmp_path: Path) -> Follower:
    return Follower(tmp_path)


def test_list_since_a_version_has_what_changed_and_what_is_gone(write_run: WriteRun, follower: Follower) -> None:
    for name in "abc":
        write_run(name, {"loss": [1.0]})
    whole = follower.list()
    write_run("a", {"loss": [0.5]}, first_step=1)
    shutil.rmtree(follower.path / "b")

    part = follower.list(since=whole["version"])

    assert (whole["since"], sorted(whole["runs"]), whole["gone"]) == (0, ["a", "b", "c"], [])
    assert (part["since"], list(part["runs"]), part["gone"]) == (whole["version"], ["a"], ["b"])
    assert (part["runs"]["a"]["num_points"], part["num_runs"]) == (2, 2)
    assert follower.list(since=part["version"])["gone"] == []


def test_run_that_came_back_is_not_gone(write_run: WriteRun, follower: Follower) -> None:
    write_run("a", {"loss": [1.0]})
    version = follower.list()["version"]
    shutil.rmtree(follower.path / "a")
    follower.list()
    write_run("a", {"loss": [2.0]})

    part = follower.list(since=version)

    assert (list(part["runs"]), part["gone"]) == (["a"], [])


def test_list_since_a_version_of_another_board_is_whole(write_run: WriteRun, follower: Follower) -> None:
    write_run("a", {"loss": [1.0]})

    listed = follower.list(since=10**9)

    assert (listed["since"], list(listed["runs"])) == (0, ["a"])


def test_list_is_whole_where_too_many_runs_are_gone(
    write_run: WriteRun, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_list, "MAX_GONE", 1)
    for name in "abc":
        write_run(name, {"loss": [1.0]})
    first = follower.list()["version"]
    shutil.rmtree(follower.path / "a")
    second = follower.list()["version"]
    shutil.rmtree(follower.path / "b")
    follower.list()

    assert (follower.list(since=first)["since"], follower.list(since=first)["gone"]) == (0, [])
    assert (follower.list(since=second)["since"], follower.list(since=second)["gone"]) == (second, ["b"])


def test_run_that_stalls_is_listed_again_though_no_file_changed(follower: Follower) -> None:
    with SummaryWriter(follower.path / "a", heartbeat_secs=10.0) as writer:
        writer.add_scalar("loss", 1.0, 0)
        writer.flush()
        before = follower.list()
        stalls_at = before["runs"]["a"]["stalls_at"]

        unchanged = follower.list(since=before["version"], now=stalls_at)
        stalled = follower.list(since=before["version"], now=stalls_at + 1)
        later = follower.list(since=before["version"] + 1, now=stalls_at + 2)

    assert before["runs"]["a"]["state"] == "running"
    assert (unchanged["runs"], unchanged["revision"]) == ({}, before["revision"])
    assert stalled["runs"]["a"]["state"] == "stalled"
    assert stalled["revision"] > before["revision"] == later["revision"] - 1
    finished = follower.list(since=before["version"], now=stalls_at + 3)
    assert (finished["runs"]["a"]["state"], finished["runs"]["a"]["stalls_at"]) == ("finished", None)


def test_run_is_listed_with_what_it_says_of_itself(follower: Follower) -> None:
    with SummaryWriter(follower.path / "a", name="First", group="sweep", tags=["x", "y"]) as writer:
        writer.add_scalar("loss", 1.0, 0)

    run = follower.list()["runs"]["a"]

    assert (run["display_name"], run["group"], run["tags"]) == ("First", "sweep", ["x", "y"])
    assert (run["state"], run["num_problems"], run["problems"], run["folded_from"]) == ("finished", 0, [], [])


def test_many_problems_are_counted_and_the_first_told(follower: Follower, write_run: WriteRun) -> None:
    (file,) = write_run("a", {"loss": [1.0] * 100}).iterdir()
    data = bytearray(file.read_bytes())
    for place in range(len(data) // 10, len(data), 80):
        data[place] ^= 0xFF
    file.write_bytes(data)

    run = follower.list()["runs"]["a"]

    assert run["num_problems"] > len(run["problems"]) == run_list.MAX_SENTENCES


def test_runs_that_get_another_colour_once_the_logdir_was_read_are_told_again(
    write_run: WriteRun, follower: Follower
) -> None:
    write_run("young", {"loss": [1.0]}, first_step=10)
    early = follower.list(is_settled=False)
    write_run("old", {"loss": [1.0]})
    later = follower.list(early["version"], is_settled=False)

    settled = follower.list(later["version"])

    assert slots_of(early) == {"young": 0}
    assert slots_of(later) == {"old": 1}
    assert (settled["since"], slots_of(settled)) == (later["version"], {"old": 0, "young": 1})


def slots_of(listed: dict[str, Any]) -> dict[str, int]:
    return {name: run["slot"] for name, run in listed["runs"].items()}
