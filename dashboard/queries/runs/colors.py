"""Which colours groups of runs have, and where runs stand on a ramp of colours, as pure functions.

A group keeps its slot, a number from 1 to 12, as long as whoever asks says which it had; a new one takes the slot that
fewest have. `dashboard.store.slots` knows the colours that runs have by themselves.

Synopsis:
    >>> slots = assign_slots({"a": 2}, ["a", "b", "c"])
    >>> slots
    {'a': 2, 'b': 1, 'c': 3}
    >>> assign_slots(slots, ["b", "d"])
    {'a': 2, 'b': 1, 'c': 3, 'd': 2}
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dashboard.queries.runs.columns import Arrays, Kind
from dashboard.queries.runs.differences import compare_runs
from dashboard.queries.runs.facts import AnyFact
from dashboard.queries.runs.table import Rows, RunTable

NUM_SLOTS = 12
_LOG_FROM = 10.0
_LEARNING_RATE = re.compile(r"(init(ial)?_|base_|max_|peak_)?(lr|learning_?rate)(_init|_max)?")


def assign_slots(known: Mapping[str, int], selected: Sequence[str]) -> dict[str, int]:
    """The slots of all groups that had one or are seen now.

    Args:
        known: The slots of those that have one; these stay.
        selected: Those that are seen together, the ones that choose first at the front.
    """
    slots = dict(known)
    used = [0] * NUM_SLOTS
    for name in selected:
        if 1 <= slots.get(name, 0) <= NUM_SLOTS:
            used[slots[name] - 1] += 1
    for name in selected:
        if name not in slots:
            slot = used.index(min(used))
            slots[name] = slot + 1
            used[slot] += 1
    return slots


@dataclass(frozen=True)
class Ramp:
    """Runs on a ramp of colours.

    Attributes:
        positions: Of each run, from 0 to 1; NaN where it has no finite number. Shape (n,).
        low: The number at 0; NaN if no run has one.
        high: The number at 1.
        is_log: Whether positions go by the logarithm: if all are above 0 and the largest is over 10 times the smallest.
    """

    positions: npt.NDArray[np.float64]
    low: float
    high: float
    is_log: bool


def place_on_ramp(column: Arrays, rows: Rows) -> Ramp:
    """Where each run stands by a fact; runs of one value stand in the middle."""
    numbers = _numbers_of(column, rows)
    found = numbers[np.isfinite(numbers)]
    if not found.size:
        return Ramp(np.full(len(rows), np.nan), np.nan, np.nan, False)
    low, high = float(found.min()), float(found.max())
    is_log = low > 0 and high / _LOG_FROM > low
    if low == high:
        positions = np.where(np.isnan(numbers), np.nan, 0.5)
    else:
        scaled, ends = (np.log(numbers), np.log([low, high])) if is_log else (numbers / 2, np.array([low, high]) / 2)
        positions = np.clip((scaled - ends[0]) / (ends[1] - ends[0]), 0, 1)  # halves: their difference is finite
    return Ramp(positions, low, high, is_log)


def choose_ramp(table: RunTable, rows: Rows) -> AnyFact | None:
    """The hyperparameter that colours some runs best; None if no number varies.

    That is the learning rate if it varies: people ask for it first. Else it is the number that varies most, by the
    variance of the logarithm, or of numbers that are not all above 0 that of their share of the mean: so units do not
    matter, and where it varies little both are the same. Seeds are only taken where nothing else varies.
    """
    measured = []
    for place, one in enumerate(compare_runs(table, rows)):
        numbers = _numbers_of(table.arrays(one.fact), rows)
        found = numbers[np.isfinite(numbers)]
        if one.is_constant or found.size < 2 or found.min() == found.max():
            continue
        name = one.fact.name.rpartition(".")[2].lower()
        rank = 2 if _LEARNING_RATE.fullmatch(name) else 0 if name.endswith("seed") else 1
        measured.append((rank, _vary(found) * found.size / len(rows), -place, one.fact))
    return max(measured, key=lambda one: one[:3])[3] if measured else None


def _vary(numbers: npt.NDArray[np.float64]) -> float:
    if numbers.min() > 0:
        return float(np.var(np.log(numbers)))
    scaled = numbers / np.abs(numbers).max()
    return float(np.var(scaled) / np.mean(np.abs(scaled)) ** 2)


def _numbers_of(column: Arrays, rows: Rows) -> npt.NDArray[np.float64]:
    """The finite numbers of some rows; NaN where there is none."""
    numbers = column.numbers[rows]
    is_number = (column.kinds[rows] == Kind.NUMBER) & np.isfinite(numbers)
    return np.where(is_number, numbers, np.nan)
