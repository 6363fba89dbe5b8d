"""The table follows the store: a run that changes has its row written again, and no other."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from dashboard.queries.runs import table as table_module
from dashboard.queries.runs.columns import Column, Kind
from dashboard.queries.runs.evaluate import find_runs
from dashboard.queries.runs.facts import Fact, Metric
from dashboard.queries.runs.table import RunTable
from dashboard.sidecar import RunNotes
from dashboard.store.memory import MemoryStore
from summaries import LogdirTail, SummaryWriter

NOW = 2_000_000_000.0


class Followed:
    """A table over a logdir that changes."""

    def __init__(self, logdir: Path) -> None:
        self.store = MemoryStore()
        self.tail = LogdirTail(logdir, walk_interval_secs=0)
        self.table = RunTable(self.store)
        self.added: dict[str, RunNotes] = {}

    def find(self, query: str) -> list[str]:
        for update in self.tail.poll():
            self.store.append(update)
        with self.table.reading(NOW, self.added) as table:
            return table.names_of(find_runs(query, table))


@pytest.fixture
def followed(tmp_path: Path) -> Followed:
    return Followed(tmp_path)


def log(logdir: Path, run: str, step: int, loss: float, **options: Any) -> None:
    with SummaryWriter(logdir / run, filename_suffix=f".{step}", **options) as writer:
        writer.add_scalar("loss", loss, step, walltime=1000.0 + step)


def test_growing_run_is_found_by_what_it_says_now(tmp_path: Path, followed: Followed) -> None:
    log(tmp_path, "a", 0, 1.0, config={"lr": 0.1})
    log(tmp_path, "b", 0, 2.0, config={"lr": 0.2})
    assert followed.find("loss > 1.5") == ["b"]

    log(tmp_path, "a", 1, 3.0, config={"lr": 0.3})

    assert followed.find("loss > 1.5 and loss.min = 1") == ["a"]
    assert sorted(followed.find("lr > 0.15")) == ["a", "b"]
    assert followed.find("lr = 0.1") == []


def test_run_that_goes_away_leaves_nothing_and_its_row_is_used_again(tmp_path: Path, followed: Followed) -> None:
    log(tmp_path, "a", 0, 1.0, config={"lr": 0.1, "only": 1}, tags=["x"])
    log(tmp_path, "b", 0, 2.0)
    assert followed.find("only = 1 and loss = 1") == ["a"]
    num_rows = followed.table.num_rows
    (file,) = (tmp_path / "a").iterdir()
    file.unlink()

    assert followed.find("") == ["b"]
    log(tmp_path, "c", 0, 5.0)

    assert followed.find("loss = 5") == ["c"]
    assert followed.table.num_rows == num_rows
    assert followed.find("tags is missing") == ["b", "c"]
    assert followed.find("loss = 1") == []


def test_table_that_is_prepared_in_parts_is_the_one_that_a_question_makes(
    tmp_path: Path, followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_module, "RUNS_AT_ONCE", 2)
    for number in range(7):
        log(tmp_path, f"run_{number}", 0, float(number), config={"lr": number / 10, f"own_{number}": True})
    asked = {query: followed.find(query) for query in ("lr > 0.25", "loss > 3.5", "own_3 = true")}
    prepared = RunTable(followed.store)

    num_parts = 1
    while prepared.prepare():
        num_parts += 1

    assert num_parts >= 7  # four for the facts, then those for the tallies
    followed.table = prepared
    assert {query: followed.find(query) for query in asked} == asked
    assert asked["lr > 0.25"] == ["run_3", "run_4", "run_5", "run_6"]


def test_question_in_the_middle_of_preparing_is_answered_of_all_runs(
    tmp_path: Path, followed: Followed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_module, "RUNS_AT_ONCE", 2)
    for number in range(5):
        log(tmp_path, f"run_{number}", 0, float(number), config={"lr": 0.1})
    followed.find("")
    followed.table = RunTable(followed.store)

    assert followed.table.prepare()

    assert len(followed.find("lr = 0.1")) == 5
    log(tmp_path, "run_0", 1, 9.0, config={"lr": 0.2})
    (update,) = followed.tail.poll()
    followed.store.append(update)
    assert followed.table.prepare()
    assert followed.find("loss > 8 and lr = 0.2") == ["run_0"]


def test_what_people_add_counts_at_once(tmp_path: Path, followed: Followed) -> None:
    log(tmp_path, "a", 0, 1.0, tags=["own"], notes="of the program")
    log(tmp_path, "b", 0, 2.0)
    assert followed.find("new in tags") == []

    followed.added = {"a": RunNotes(tags=("new",), name="Baseline", is_pinned=True)}

    assert followed.find("new in tags and own in tags") == ["a"]
    assert followed.find("baseline") == ["a"]
    assert followed.find("pinned = true") == ["a"]
    followed.added = {"b": RunNotes(notes="diverged")}
    assert followed.find("new in tags or baseline") == []
    assert followed.find("notes ~ diverged") == ["b"]
    assert followed.find("notes ~ program") == ["a"]


def test_unchanged_runs_are_not_read_again(tmp_path: Path, followed: Followed) -> None:
    for name in "ab":
        log(tmp_path, name, 0, 1.0, config={"lr": 0.1})
    followed.find("")
    before = {run.name: run for run in followed.store.runs()}
    for run in before.values():
        object.__setattr__(run, "read_facts", pytest.fail)

    log(tmp_path, "c", 0, 1.0)

    assert sorted(followed.find("lr = 0.1")) == ["a", "b"]


def test_run_that_is_not_heard_of_stalls_by_the_clock(tmp_path: Path) -> None:
    writer = SummaryWriter(tmp_path / "a", heartbeat_secs=1.0)
    writer.add_scalar("loss", 1.0, 0)
    writer.flush()
    followed = Followed(tmp_path)

    assert followed.find("status = stalled") == ["a"]
    writer.close()
    assert followed.find("status = finished") == ["a"]


def test_values_that_fit_no_float_or_come_and_go_are_kept(tmp_path: Path, followed: Followed) -> None:
    log(tmp_path, "a", 0, 1.0, config={"big": 10**400, "small": -(10**400), "nested": {"x": [{"y": 1}]}, "e": {}})

    assert followed.find("big = inf and small = -inf") == ["a"]
    assert followed.find("nested.x ~ y") == ["a"]
    assert followed.find("e is not missing") == ["a"]


def test_column_says_what_was_put_last() -> None:
    """Beside a dict, through growth, gaps, changes of kind and removals."""
    chance = random.Random(3)
    column, plain = Column(), {}
    values = [1, 2.5, "a", "b", True, None, [1, "x"], (2,)]
    for num_rows in (3, 40, 41, 400):
        for _ in range(num_rows // 2):
            rows = [chance.randrange(num_rows)]
            if chance.random() < 0.2:
                column.remove_many(rows)
                plain.pop(rows[0], None)
            else:
                value = chance.choice(values)
                column.put_many(rows, [value], num_rows)
                plain[rows[0]] = value
        arrays = column.arrays(num_rows)
        for row in range(num_rows):
            expected = plain.get(row)
            assert arrays.value(row) == (tuple(expected) if isinstance(expected, list) else expected)
            assert (arrays.kinds[row] == Kind.MISSING) == (row not in plain)


def test_texts_that_no_run_has_any_more_are_forgotten() -> None:
    column = Column()
    for number in range(1_000):
        column.put_many([0, 1], [f"{number}", "same"], 2)

    assert len(column.arrays(2).values) < 100
    assert column.arrays(2).value(0) == "999"
    assert column.arrays(2).value(1) == "same"


def test_metrics_and_facts_of_a_table(table: RunTable) -> None:
    facts = list(table.iter_facts())

    assert Fact("hparams", "optimizer.name") in facts
    assert Fact("run", "age") in facts
    assert table.arrays(Metric("unknown")).kinds.max() == 0
    assert table.arrays(Fact("hparams", "unknown")).kinds.max() == 0
    assert table.num_bytes > 0
