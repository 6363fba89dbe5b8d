"""A run keeps its colour: over added runs, however old, over starts, two boards, and a file that was cut."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from dashboard.store.protocol import RunFacts
from dashboard.store.slots import Slots


def make_run(name: str, first_wall_time: float) -> RunFacts:
    return RunFacts(name, 1, first_wall_time, first_wall_time, 1, frozenset({"scalars"}), ())


def assign(slots: Slots, is_settled: bool = True, **runs: float) -> dict[str, int]:
    found = slots.assign([make_run(name, wall_time) for name, wall_time in runs.items()], is_settled=is_settled)
    return {name: found[name] for name in runs}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "indexes" / "runs-1.slots"


def test_first_look_goes_by_age_and_runs_without_a_point_come_last(path: Path) -> None:
    assert assign(Slots(path), young=30.0, old=10.0, empty=math.nan, middle=20.0) == {
        "young": 2, "old": 0, "empty": 3, "middle": 1,
    }  # fmt: skip


@pytest.mark.parametrize("is_restarted", [False, True])
def test_older_run_that_is_added_changes_no_other(path: Path, is_restarted: bool) -> None:
    slots = Slots(path)
    assert assign(slots, b=20.0, c=30.0) == {"b": 0, "c": 1}

    again = Slots(path) if is_restarted else slots

    assert assign(again, a=1.0, b=20.0, c=30.0) == {"a": 2, "b": 0, "c": 1}


def test_run_that_went_away_has_its_slot_when_it_comes_back(path: Path) -> None:
    assign(Slots(path), a=1.0, b=2.0, c=3.0)

    assert assign(Slots(path), c=3.0, d=4.0) == {"c": 2, "d": 3}
    assert assign(Slots(path), a=1.0, b=2.0) == {"a": 0, "b": 1}


def test_slots_of_a_look_that_is_not_over_are_not_kept(path: Path) -> None:
    slots = Slots(path)

    assert assign(slots, is_settled=False, b=2.0) == {"b": 0}
    assert assign(slots, is_settled=False, b=2.0, a=1.0) == {"b": 0, "a": 1}
    assert not path.exists()

    assert assign(slots, b=2.0, a=1.0) == {"b": 1, "a": 0}


def test_known_runs_keep_theirs_while_a_start_still_reads(path: Path) -> None:
    assign(Slots(path), b=2.0)

    assert assign(Slots(path), is_settled=False, b=2.0, a=1.0) == {"b": 0, "a": 1}


def test_two_boards_that_see_new_runs_agree(path: Path) -> None:
    first, second = Slots(path), Slots(path)
    assign(first, a=1.0)
    assign(second, a=1.0)

    assign(first, a=1.0, b=2.0)
    found = assign(second, a=1.0, c=3.0, b=2.0)

    assert found == {"a": 0, "b": 1, "c": 2}
    assert assign(first, a=1.0, b=2.0, c=3.0) == found


def test_file_that_ends_in_the_middle_of_a_line_costs_that_line(path: Path) -> None:
    assign(Slots(path), a=1.0, b=2.0)
    path.write_bytes(path.read_bytes()[:-3])

    assert assign(Slots(path), a=1.0, b=2.0, c=3.0) == {"a": 0, "b": 2, "c": 3}
    assert assign(Slots(path), c=3.0, b=2.0, a=1.0) == {"a": 0, "b": 2, "c": 3}


def test_hostile_names_keep_their_slots(path: Path) -> None:
    names = ["\n", "\u202e", '"', "\ud800", "x" * 100_000, "..", "\r", ""]
    runs = [make_run(name, float(number)) for number, name in enumerate(names)]
    Slots(path).assign(runs, is_settled=True)

    found = Slots(path).assign(runs[::-1], is_settled=True)

    assert [found[name] for name in names] == list(range(len(names)))


def test_folder_that_cannot_be_written_to_leaves_them_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    slots = Slots(tmp_path / "file" / "runs-1.slots")

    assert assign(slots, b=2.0) == {"b": 0}
    assert assign(slots, a=1.0, b=2.0) == {"a": 1, "b": 0}
    assert caplog.text.count("Could not keep the colours of runs") == 1
