"""In which hyperparameters some runs differ, the most useful ones first."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from dashboard.queries.runs.columns import Kind
from dashboard.queries.runs.facts import Fact
from dashboard.queries.runs.table import Rows, RunTable
from dashboard.queries.runs.values_of import Ranked, rank_values

_SEED = re.compile(r"(^|[._/-])(random_?|rng_?)?seed$", re.IGNORECASE)
_MAX_BITS = math.log2(12)
"""Beyond a dozen values more of them tell runs apart no better to the eye."""
_OWN_SHARE = 0.8


@dataclass(frozen=True)
class Difference:
    """A hyperparameter, and how it varies among some runs.

    Attributes:
        fact: Which.
        ranked: Its values.
        usefulness: How well it tells the runs apart; 0 where all have the same.
    """

    fact: Fact
    ranked: Ranked
    usefulness: float

    @property
    def is_constant(self) -> bool:
        """Whether all runs have the same value, or none has it."""
        return self.ranked.is_constant


def compare_runs(table: RunTable, rows: Rows) -> list[Difference]:
    """How each hyperparameter varies among the runs of some rows, those that tell them apart best first.

    Useful are values that divide the runs into a few groups of like size. Seeds, which only tell replicates apart,
    and texts that nearly every run has for itself, as paths, come last of those that differ; what few runs have comes
    after what all have. Constant ones follow, by name.
    """
    facts = [fact for fact in table.iter_facts() if fact.source == "hparams"]
    found = [_measure(fact, rank_values(table.arrays(fact), rows), len(rows)) for fact in facts]
    return sorted(found, key=lambda one: (-one.usefulness, one.is_constant, one.fact.name))


def _measure(fact: Fact, ranked: Ranked, num_runs: int) -> Difference:
    if ranked.is_constant:
        return Difference(fact, ranked, 0.0)
    shares = ranked.counts / num_runs
    bits = min(_MAX_BITS, float(-(shares * np.log2(shares)).sum()))
    weight = 1 - ranked.num_missing / num_runs
    if _SEED.search(fact.name):
        weight *= 0.1
    is_text = any(kind == Kind.TEXT for kind, _ in ranked.pieces)
    if is_text and num_runs > 4 and ranked.num_values > _OWN_SHARE * num_runs:
        weight *= 0.01
    return Difference(fact, ranked, bits * max(weight, 1e-6))
