"""The different values that a fact has among some runs, in an order that people expect.

Numbers come first, smallest first, then false and true, texts (`run_2` before `run_10`), lists, none; missing is last.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from dashboard.queries.runs.columns import Arrays, Kind, Plain, show
from dashboard.queries.runs.table import Rows

_ORDER = (Kind.NUMBER, Kind.BOOL, Kind.TEXT, Kind.LIST, Kind.NONE, Kind.MISSING)


@dataclass(frozen=True)
class Shown:
    """A value as people see it.

    Attributes:
        value: The value; None for none and where it is missing.
        is_missing: Whether the run has no such fact.
    """

    value: Plain = None
    is_missing: bool = False

    @property
    def text(self) -> str:
        """How it is written in a query; "" where it is missing."""
        return "" if self.is_missing else show(self.value)


@dataclass(frozen=True)
class Ranked:
    """Which value each of some runs has.

    Attributes:
        ids: For each run the place of its value in `values`. Shape (n,), int64.
        counts: How many runs have each value. Shape (v,), int64.
        pieces: The different values kind by kind, in order, as the column has them: arrays or lists.
    """

    ids: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    pieces: Sequence[tuple[Kind, Any]]

    @cached_property
    def values(self) -> Sequence[Shown]:
        """The different values, in order; each is that of some run."""
        return [_show_one(kind, value) for kind, values in self.pieces for value in values]

    def list_commonest(self, limit: int) -> list[tuple[int, Shown]]:
        """How many runs have a value, and the value, of those that most have; missing is none."""
        order = np.argsort(-self.counts, kind="stable")
        order = order[order < self.num_values][:limit]
        return [(int(self.counts[place]), self._value_at(place)) for place in order.tolist()]

    def _value_at(self, place: int) -> Shown:
        for kind, values in self.pieces:
            if place < len(values):
                return _show_one(kind, values[place])
            place -= len(values)
        raise IndexError(place)

    @property
    def is_constant(self) -> bool:
        """Whether all have the same, or all have nothing."""
        return len(self.counts) <= 1

    @property
    def num_missing(self) -> int:
        """Runs that do not have the fact."""
        return int(self.counts[-1]) if self.pieces and self.pieces[-1][0] == Kind.MISSING else 0

    @property
    def num_values(self) -> int:
        """Different values, missing not counted."""
        return len(self.counts) - bool(self.num_missing)


def rank_values(column: Arrays, rows: Rows) -> Ranked:
    """The different values of a fact among the runs of some rows."""
    kinds = column.kinds[rows]
    ids = np.zeros(len(rows), dtype=np.int64)
    pieces: list[tuple[Kind, Any]] = []
    num_values = 0
    for kind in _ORDER:
        places = np.flatnonzero(kinds == kind)
        if not places.size:
            continue
        found, inverse = _rank_kind(column, kind, rows[places])
        ids[places] = inverse + num_values
        num_values += len(found)
        pieces.append((kind, found))
    return Ranked(ids, np.bincount(ids, minlength=num_values), pieces)


def _rank_kind(column: Arrays, kind: Kind, rows: Rows) -> tuple[Any, npt.NDArray[Any]]:
    if kind in (Kind.NONE, Kind.MISSING):
        return [None], np.zeros(len(rows), dtype=np.int64)
    if kind in (Kind.NUMBER, Kind.BOOL):
        return np.unique(column.numbers[rows], return_inverse=True)
    codes, inverse = np.unique(column.codes[rows], return_inverse=True)
    texts = [column.values[code] for code in codes.tolist()]
    order = sorted(range(len(texts)), key=lambda index: natural_key(show(texts[index])))
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    return [texts[index] for index in order], places[inverse]


def _show_one(kind: Kind, value: Any) -> Shown:
    made = {Kind.NUMBER: float, Kind.BOOL: bool}.get(kind)
    return Shown(value if made is None else made(value), is_missing=kind == Kind.MISSING)


def natural_key(text: str) -> tuple[Any, ...]:
    """What texts are sorted by so that numbers in them count as numbers.

    >>> sorted(["run_10", "run_2", "Run_3", "run_"], key=natural_key)
    ['run_', 'run_2', 'Run_3', 'run_10']
    """
    parts = re.split(r"(\d{1,18})", text.lower(), flags=re.ASCII)
    return tuple((1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts), text
