"""Versions of packages as facts that queries, completion and the table know."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.queries.runs.completion import complete
from dashboard.queries.runs.evaluate import find_runs
from dashboard.queries.runs.facts import Fact
from dashboard.queries.runs.packages import PackageSets
from dashboard.queries.runs.table import RunTable
from summaries import SummaryWriter
from summaries.kinds.environment import Environment
from tests.dashboard.queries.runs.conftest import NOW, read_store

VERSIONS = {
    "old": {"jax": "0.4.30", "numpy": "2.1.0"},
    "new": {"jax": "0.5.0", "numpy": "2.1.0", "my-pkg": "1.0"},
    "none": {},
}


@pytest.fixture
def table(tmp_path: Path) -> RunTable:
    for name, packages in VERSIONS.items():
        with SummaryWriter(tmp_path / name) as writer:
            writer.add_environment(Environment(packages=packages))
            writer.add_scalar("loss", 1.0, 0, walltime=1e9)
    return RunTable(read_store(tmp_path))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ('env.packages.jax = "0.5.0"', ["new"]),
        ("env.packages.jax ~ /^0\\.4/", ["old"]),
        ("env.packages.jax is missing", ["none"]),
        ("exists(env.packages.my-pkg)", ["new"]),
        ('env.packages.jax != "0.5.0"', ["old"]),
    ],
)
def test_query_asks_for_the_version_of_a_package(table: RunTable, query: str, names: list[str]) -> None:
    with table.reading(NOW) as read:
        assert read.names_of(find_runs(query, read)) == names


def test_names_of_packages_are_completed_and_those_that_differ_known(table: RunTable) -> None:
    with table.reading(NOW) as read:
        assert "env.packages.jax" in [one.text for one in complete("env.packages.j", 14, read).candidates]
        assert read.list_differing_packages() == [Fact("env", "packages.jax"), Fact("env", "packages.my-pkg")]


def test_run_that_has_other_packages_now_has_those_alone() -> None:
    sets = PackageSets()
    sets.put(0, {"jax": "1"})
    sets.put(1, {"jax": "1"})

    sets.put(0, {"torch": "2"})
    sets.remove(1)

    assert (sets.has("jax"), sets.has("torch"), list(sets.iter_names())) == (False, True, ["torch"])
    assert sets.arrays("jax", 2).kinds.tolist() == [0, 0]
