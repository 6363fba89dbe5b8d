"""How far a run is, by its configuration and what it logged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dashboard.queries.runs.progress import Progress, find_progress, find_total
from summaries import SummaryWriter
from tests.dashboard.queries.runs.conftest import read_store


@pytest.mark.parametrize(
    ("hparams", "total"),
    [
        ({"max_steps": 100}, 100),
        ({"trainer.max_steps": 5e4, "steps": 10}, 50_000),
        ({"max_steps": -1, "num_steps": 7}, 7),
        ({"max_steps": True, "steps": "many"}, None),
        ({"eval.num_steps": 5, "num_steps": 9}, 9),
        ({"max_steps": float("inf")}, None),
        ({"max_steps": 0.5}, None),
        ({}, None),
    ],
)
def test_total_is_a_whole_number_of_a_name_for_it(hparams: dict[str, Any], total: int | None) -> None:
    assert find_total(hparams) == total


@pytest.mark.parametrize(
    ("total", "progress"), [(50, Progress(10, 29, 50)), (29, Progress(10, 29, 29)), (20, None), (None, None)]
)
def test_progress_is_that_of_the_training_and_never_beyond_its_end(
    tmp_path: Path, total: int | None, progress: Progress | None
) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        for step in range(10, 30):
            writer.add_scalar("loss", 1.0, step)
        writer.add_scalar("system/cpu_percent", 1.0, 40_000)

    found = find_progress({} if total is None else {"max_steps": total}, read_store(tmp_path).tallies("a"))

    assert found == progress


def test_run_without_a_point_has_no_progress(tmp_path: Path) -> None:
    with SummaryWriter(tmp_path / "a") as writer:
        writer.add_text("notes", "none", 0)

    assert find_progress({"max_steps": 10}, read_store(tmp_path).tallies("a")) is None
