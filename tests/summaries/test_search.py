"""When logdirs are looked through, by a clock that the test turns."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from summaries.logdirs import parse_logdirs
from summaries.search import Search

HOUR_NS = 3_600 * 10**9


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def search(tmp_path: Path, clock: Clock) -> Search:
    """Of a folder that did not change for an hour, though what a link in it leads to came since it was looked at."""
    (tmp_path / "logdir").mkdir()
    (tmp_path / "logdir" / "link").symlink_to(tmp_path / "later")
    search = Search(parse_logdirs(tmp_path / "logdir"), 5.0, clock, lambda: time.time_ns() + HOUR_NS)
    search.look()
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "x.tfevents").touch()
    return search


def find_runs(search: Search, changed: list[str] | None = None) -> list[str]:
    return [run for run, _ in search.look(changed).files]


def test_folders_that_say_nothing_are_listed_after_the_interval(search: Search, clock: Clock):
    at_once = find_runs(search)
    clock.now += 4.9
    before = find_runs(search)
    clock.now += 0.2

    assert (at_once, before, find_runs(search)) == ([], [], ["link"])


def test_folders_that_say_nothing_are_listed_when_asked_for(search: Search):
    search.hurry()

    assert find_runs(search) == ["link"]


def test_tree_that_this_machine_does_not_know_all_of_is_listed_though_nothing_is_told(search: Search, clock: Clock):
    at_once = find_runs(search, [])
    clock.now += 5.1

    assert (at_once, find_runs(search, [])) == ([], ["link"])


def test_tree_of_this_machine_alone_is_left_alone_while_nothing_is_told(tmp_path: Path, clock: Clock):
    (tmp_path / "a").mkdir()
    search = Search(parse_logdirs(tmp_path), 5.0, clock)
    search.look()
    (tmp_path / "a" / "x.tfevents").touch()
    clock.now += 5.1

    told = find_runs(search, [])

    assert told == ([] if search.is_local else ["a"])
    assert find_runs(search, [str(tmp_path / "a" / "x.tfevents")]) == ["a"]
