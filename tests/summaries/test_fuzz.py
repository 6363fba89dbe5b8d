"""A short turn of `make fuzz`, without its sanitizers."""

from __future__ import annotations

from pathlib import Path

from tests.fuzz.mutate import Chance, damage, rewrite
from tests.fuzz.trials import find_seeds, run
from tests.summaries.compiled import skip_unless_built

pytestmark = skip_unless_built("scan")


def test_both_scanners_find_the_same_in_mutated_files_and_lose_nothing(tmp_path: Path):
    counts = run(tmp_path / "x.tfevents", seed=1, max_trials=300)

    assert counts.trials == 300
    assert counts.records > 1000
    assert counts.gaps > 100


def test_mutations_are_the_same_for_the_same_seed():
    seed = find_seeds()[0]

    assert damage(seed, Chance(3)) == damage(seed, Chance(3)) != seed
    assert rewrite(seed, Chance(3)) == rewrite(seed, Chance(3))
