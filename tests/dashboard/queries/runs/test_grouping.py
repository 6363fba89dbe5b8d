"""Groups, differences and colours of runs."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.queries.runs.colors import NUM_SLOTS, assign_slots, choose_ramp, place_on_ramp
from dashboard.queries.runs.columns import Column
from dashboard.queries.runs.differences import compare_runs
from dashboard.queries.runs.facts import Fact
from dashboard.queries.runs.grouping import group_by_facts, group_by_pattern
from dashboard.queries.runs.syntax import QueryError
from dashboard.queries.runs.table import RunTable
from summaries import SummaryWriter
from tests.dashboard.queries.runs.conftest import NOW, PlainRun, read_store

WriteConfigs = Callable[[dict[str, dict[str, Any]]], RunTable]


@pytest.fixture
def write_configs(tmp_path: Path) -> WriteConfigs:
    def write(configs: dict[str, dict[str, Any]]) -> RunTable:
        for number, (name, config) in enumerate(configs.items()):
            with SummaryWriter(tmp_path / name, config=config or None) as writer:
                writer.add_scalar("loss", 1.0, 0, walltime=1e9 - number)
        return RunTable(read_store(tmp_path))

    return write


def tell(table: RunTable, by: list[str]) -> list[tuple[str, list[str]]]:
    with table.reading(NOW) as read:
        groups = group_by_facts(read, read.order, [Fact("hparams", name) for name in by])
        return [(group.label, read.names_of(group.rows)) for group in groups]


def test_groups_stand_in_the_order_of_their_values(write_configs: WriteConfigs) -> None:
    table = write_configs(
        {
            "a": {"lr": 10, "opt": "sgd"}, "b": {"lr": 9, "opt": "sgd"},
            "c": {"lr": 10, "opt": "adam"}, "d": {"opt": "adam"},
        }
    )  # fmt: skip

    assert tell(table, ["lr", "opt"]) == [
        ("lr 9 · sgd", ["b"]), ("lr 10 · adam", ["c"]), ("lr 10 · sgd", ["a"]), ("no lr · adam", ["d"]),
    ]  # fmt: skip
    assert tell(table, []) == [("all", ["a", "b", "c", "d"])]


def test_groups_are_those_of_pandas(table: RunTable, plain_runs: list[PlainRun]) -> None:
    frame = pd.DataFrame([{"name": run["name"], "status": run["status"], **run["config"]} for run in plain_runs])
    expected = {key: set(some["name"]) for key, some in frame.groupby(["lr", "seed"])}
    states = {key: some["status"].value_counts().to_dict() for key, some in frame.groupby(["lr", "seed"])}

    groups = group_by_facts(table, table.order, [Fact("hparams", "lr"), Fact("hparams", "seed")])

    found = {tuple(shown.value for _, shown in group.key): group for group in groups}
    assert {key: set(table.names_of(group.rows)) for key, group in found.items()} == expected
    assert {key: group.states for key, group in found.items()} == states
    assert list(found) == sorted(found)


def test_groups_by_parts_of_names(write_configs: WriteConfigs) -> None:
    table = write_configs({"s1/x_10": {}, "s1/x_2": {}, "s2/x_2": {}, "other": {}})
    with table.reading(NOW) as read:
        named = group_by_pattern(read, read.order, r"(?P<sweep>s\d)/x_(\d+)")
        whole = group_by_pattern(read, read.order, r"x_\d+")

    assert [(group.label, len(group.rows)) for group in named] == [
        ("s1 · 2", 1), ("s1 · 10", 1), ("s2 · 2", 1), ("no sweep · no 2", 1),
    ]  # fmt: skip
    assert [group.label for group in whole] == ["x_2", "x_10", "no match"]


def test_bad_patterns_and_too_many_groups_are_refused(write_configs: WriteConfigs) -> None:
    with write_configs({"a": {}, "b": {}}).reading(NOW) as read:
        with pytest.raises(QueryError, match="cannot be read"):
            group_by_pattern(read, read.order, "(")
        with pytest.raises(QueryError, match="These are 2 groups of 2 runs; at most 1 are shown"):
            group_by_facts(read, read.order, [Fact("run", "name")], max_groups=1)


def test_differences_stand_in_the_order_of_use(write_configs: WriteConfigs) -> None:
    table = write_configs(
        {
            f"run_{number}": {
                "path": f"/tmp/{number}", "seed": number, "lr": [0.1, 0.2, 0.3, 0.4][number % 4], "same": 1,
                "opt": ["adam", "sgd"][number % 2], **({"rare": 1} if number == 0 else {}),
            }
            for number in range(12)
        }
    )  # fmt: skip
    with table.reading(NOW) as read:
        found = compare_runs(read, read.order)
        fewer = compare_runs(read, read.find_rows(["run_1", "run_3"]))

    assert [one.fact.name for one in found] == ["lr", "opt", "seed", "path", "rare", "same"]
    assert [one.fact.name for one in found if one.is_constant] == ["same"]
    assert found[4].ranked.num_missing == 11
    assert [one.fact.name for one in fewer if not one.is_constant] == ["lr", "path", "seed"]


def test_new_group_takes_the_least_used_slot() -> None:
    assert assign_slots({}, list("abc")) == {"a": 1, "b": 2, "c": 3}
    assert assign_slots({"a": 1, "b": 1, "z": 2}, ["a", "b", "c"]) == {"a": 1, "b": 1, "z": 2, "c": 2}
    many = assign_slots({}, [str(number) for number in range(14)])
    assert [many["11"], many["12"], many["13"]] == [12, 1, 2]


@given(st.lists(st.lists(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), unique=True), max_size=6))
def test_slots_stay(selections: list[list[str]]) -> None:
    slots: dict[str, int] = {}
    for selected in selections:
        before = dict(slots)
        slots = assign_slots(slots, selected)
        assert before.items() <= slots.items()
        assert set(selected) <= slots.keys()
        assert all(1 <= slot <= NUM_SLOTS for slot in slots.values())


@pytest.mark.parametrize(
    ("values", "positions", "is_log"),
    [
        ([0, 5, 10], [0, 0.5, 1], False),
        ([1, 10], [0, 1], False),
        ([0.001, 0.1, 0.01], [0, 1, 0.5], True),
        ([3, 3], [0.5, 0.5], False),
        ([1, None, math.nan, 2], [0, None, None, 1], False),
        ([None], [None], False),
        ([-1.7e308, 1.7e308], [0, 1], False),
        ([1, math.inf, 2], [0, None, 1], False),
    ],
)
def test_ramp(values: list[float | None], positions: list[float | None], is_log: bool) -> None:
    column = Column()
    for row, value in enumerate(values):
        if value is not None:
            column.put_many([row], [value], len(values))

    ramp = place_on_ramp(column.arrays(len(values)), np.arange(len(values)))

    assert [None if math.isnan(one) else pytest.approx(one) for one in ramp.positions.tolist()] == positions
    assert ramp.is_log == is_log


@pytest.mark.parametrize("name", ["lr", "learning_rate", "optimizer.lr", "Base_LR", "init.learningRate"])
def test_ramp_of_a_grid_is_that_of_the_learning_rate(name: str, write_configs: WriteConfigs) -> None:
    grid = [{name: lr, "wd": wd, "seed": seed} for lr in (1e-3, 3e-3) for wd in (0.0, 0.1) for seed in (1, 2)]
    table = write_configs({f"run_{number}": config for number, config in enumerate(grid)})

    with table.reading(0.0) as read:
        assert choose_ramp(read, read.order) == Fact("hparams", name)


def test_ramp_is_that_of_the_number_that_varies_most(write_configs: WriteConfigs) -> None:
    table = write_configs(
        {
            f"run_{number}": {
                "lr": 10.0**-number,
                "batch": 32 * (1 + number % 2),
                "seed": 10**number,
                "opt": f"{number}",
            }
            for number in range(4)
        }
    )
    with table.reading(NOW) as read:
        assert choose_ramp(read, read.order) == Fact("hparams", "lr")
        assert choose_ramp(read, read.order[:1]) is None
