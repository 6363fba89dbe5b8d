"""Runs with facts of every kind, written as programs write them."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.queries.runs.table import RunTable
from dashboard.store.memory import MemoryStore
from summaries import LogdirTail, SummaryWriter

NOW = 2_000_000_000.0
DAY = 86_400.0
NUM_RUNS = 24
DIRECTIONS = {"val/loss": "min", "acc": "max"}

PlainRun = dict[str, Any]


def make_runs() -> list[PlainRun]:
    """What each run says, as plain values; `scalars` has the values of each tag, step by step."""
    chance = random.Random(7)
    runs: list[PlainRun] = []
    for number in range(NUM_RUNS):
        config: dict[str, Any] = {"lr": chance.choice([1e-4, 1e-3, 1e-2, 0.1]), "seed": number % 4}
        config["optimizer"] = {"name": chance.choice(["adam", "sgd", "adam w"])}
        if chance.random() < 0.6:
            config["mixed"] = [1, 2.5, "auto", True, None, [1, "x"]][number % 6]
        if chance.random() < 0.7:
            config["warm-up"] = chance.random() < 0.5
        if chance.random() < 0.5:
            config["layers"] = [64] * chance.randrange(1, 3) + [chance.choice(["relu", 10])]
        scalars = {"val/loss": [chance.uniform(0, 1) for _ in range(4)]}
        if chance.random() < 0.7:
            middle, last = chance.choice([math.nan, math.inf, 0.5]), chance.choice([0.25, math.nan])
            scalars["acc"] = [chance.random(), middle, last]
        runs.append(
            {
                "name": f"{chance.choice(['sweep', 'try'])}/{config['optimizer']['name'].split()[0]}_{number}",
                "config": config, "scalars": scalars, "start": NOW - chance.uniform(0.5, 6) * DAY,
                "tags": chance.sample(["baseline", "best", "old"], chance.randrange(3)),
                "notes": chance.choice([None, "diverged at 300", "ok"]),
                "group": chance.choice([None, "a", "b"]),
                "status": chance.choice(["finished", "finished", "failed"]),
            }
        )  # fmt: skip
    return runs


def write_run(logdir: Path, run: PlainRun) -> None:
    """Writes what a run says into a folder of its own."""
    writer = SummaryWriter(
        logdir / run["name"], config=run["config"], tags=run["tags"] or None, notes=run["notes"], group=run["group"]
    )
    for tag, direction in DIRECTIONS.items():
        writer.define_metric(tag, direction=direction)
    for tag, values in run["scalars"].items():
        for step, value in enumerate(values):
            writer.add_scalar(tag, value, step, walltime=run["start"] + 60 * step, double_precision=True)
    try:
        with writer:
            if run["status"] == "failed":
                raise ArithmeticError("as it was to be")
    except ArithmeticError:
        return


def read_store(logdir: Path) -> MemoryStore:
    store = MemoryStore()
    for update in LogdirTail(logdir).poll():
        store.append(update)
    return store


@pytest.fixture(scope="session")
def plain_runs() -> list[PlainRun]:
    return make_runs()


@pytest.fixture(scope="session")
def whole_table(plain_runs: list[PlainRun], tmp_path_factory: pytest.TempPathFactory) -> RunTable:
    """The table of all `plain_runs`; read it inside `reading(NOW)`."""
    logdir = tmp_path_factory.mktemp("logs")
    for run in plain_runs:
        write_run(logdir, run)
    return RunTable(read_store(logdir))


@pytest.fixture
def table(whole_table: RunTable) -> Iterator[RunTable]:
    """The table, at `NOW`."""
    with whole_table.reading(NOW) as table:
        yield table
