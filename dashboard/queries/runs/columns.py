"""One fact of all runs as a column, so that a question to 10,000 runs is a few operations on arrays.

A fact may be a number in one run and a text in another. A column has a place for each run, by the row that the run
has in the table of facts; while few runs have the fact it holds these only.

Synopsis:
    >>> column = Column()
    >>> column.put_many([0, 2], [0.1, "auto"], num_rows=3)
    >>> found = column.arrays(3)
    >>> found.kinds.tolist(), found.numbers.tolist()[0], [found.value(row) for row in range(3)]
    ([1, 0, 2], 0.1, [0.1, None, 'auto'])
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

SPARSE_SHARE = 8
"""A column is held as a dict while fewer than one in so many runs have the fact."""


class Kind(IntEnum):
    """What a fact of one run is."""

    MISSING = 0
    NUMBER = 1
    TEXT = 2
    BOOL = 3
    LIST = 4
    NONE = 5


_CODED = (Kind.TEXT, Kind.LIST)


_MISSING, _NUMBER, _TEXT, _BOOL, _LIST, _NONE = map(int, Kind)  # a member of an enum is slow to compare


class _KindsByType(dict[type, int]):
    """What a value of a type is; one of any other type is taken as its text."""

    def __missing__(self, _: type) -> int:
        return _TEXT


_KINDS = _KindsByType(
    {int: _NUMBER, float: _NUMBER, str: _TEXT, bool: _BOOL, list: _LIST, tuple: _LIST, type(None): _NONE}
)
Bools = npt.NDArray[np.bool_]

Plain = float | str | bool | tuple[Any, ...] | None


@dataclass(frozen=True)
class Arrays:
    """A column as arrays, a place a row. They are shared: nobody writes to them.

    Attributes:
        kinds: `Kind` of each. Shape (n,), uint8.
        numbers: Where it is a number, that; where it is a truth value, 0 or 1. Shape (n,), float64.
        codes: Where it is a text or a list, its place in `values`. Shape (n,), int32.
        values: The different texts and lists.
    """

    kinds: npt.NDArray[np.uint8]
    numbers: npt.NDArray[np.float64]
    codes: npt.NDArray[np.int32]
    values: Sequence[str | tuple[Any, ...]]

    def value(self, row: int) -> Plain:
        """What one run has; None also where it has nothing."""
        kind = self.kinds[row]
        if kind == Kind.NUMBER:
            return float(self.numbers[row])
        if kind == Kind.BOOL:
            return bool(self.numbers[row])
        return self.values[self.codes[row]] if kind in _CODED else None

    def has(self, kind: Kind) -> npt.NDArray[np.bool_]:
        """Whether each is of a kind."""
        found: npt.NDArray[np.bool_] = self.kinds == kind
        return found


class Column:
    """One fact of all runs. Not thread-safe."""

    def __init__(self) -> None:
        self._sparse: dict[int, Any] | None = {}
        self._arrays = make_arrays(0)
        self._codes: dict[Any, int] = {}

    def put_many(self, rows: Sequence[int], values: Sequence[Any], num_rows: int) -> None:
        """Takes a value for each of some rows of a table that has `num_rows`."""
        if self._sparse is not None:
            self._sparse.update(zip(rows, values, strict=True))
            if len(self._sparse) * SPARSE_SHARE < num_rows:
                return
            rows, values = list(self._sparse), list(self._sparse.values())
            self._sparse = None
        self._grow(num_rows)
        self._write(rows, values)

    def remove_many(self, rows: Iterable[int]) -> None:
        """Has some rows have nothing."""
        if self._sparse is not None:
            for row in rows:
                self._sparse.pop(row, None)
            return
        known = [row for row in rows if row < len(self._arrays.kinds)]
        self._arrays.kinds[known] = Kind.MISSING

    def arrays(self, num_rows: int) -> Arrays:
        """The column of a table with so many rows."""
        if self._sparse is not None:
            dense = Column()
            dense._sparse = None
            dense._grow(num_rows)
            dense._write(list(self._sparse), list(self._sparse.values()))
            return dense.arrays(num_rows)
        self._grow(num_rows)
        whole = self._arrays
        return Arrays(whole.kinds[:num_rows], whole.numbers[:num_rows], whole.codes[:num_rows], whole.values)

    @property
    def is_empty(self) -> bool:
        """Whether no run has the fact."""
        return not self._sparse if self._sparse is not None else not self._arrays.kinds.any()

    @property
    def num_bytes(self) -> int:
        """About how much memory it takes."""
        if self._sparse is not None:
            return 120 * len(self._sparse)
        arrays = self._arrays
        return arrays.kinds.nbytes + arrays.numbers.nbytes + arrays.codes.nbytes + 100 * len(arrays.values)

    def _grow(self, num_rows: int) -> None:
        old = self._arrays
        if num_rows <= len(old.kinds):
            return
        size = num_rows + num_rows // 8
        self._arrays = make_arrays(size, old.values)
        for name in ("kinds", "numbers", "codes"):
            getattr(self._arrays, name)[: len(old.kinds)] = getattr(old, name)

    def _write(self, rows: Sequence[int], values: Sequence[Any]) -> None:
        if not len(rows):
            return
        places = np.array(rows, dtype=np.int64)
        kinds = np.fromiter(map(_KINDS.__getitem__, map(type, values)), np.uint8, len(values))
        arrays = self._arrays
        arrays.kinds[places] = kinds
        is_number = (kinds == _NUMBER) | (kinds == _BOOL)
        if is_number.any():
            arrays.numbers[places[is_number]] = _to_floats(_choose(values, is_number))
        is_coded = (kinds == _TEXT) | (kinds == _LIST)
        if is_coded.any():
            arrays.codes[places[is_coded]] = [self._intern(value) for value in _choose(values, is_coded)]
            self._forget_unused()

    def _intern(self, value: Any) -> int:
        plain = (
            value
            if isinstance(value, str)
            else make_hashable(value)
            if isinstance(value, (list, tuple))
            else str(value)
        )
        code = self._codes.setdefault(plain, len(self._codes))
        if code == len(self._arrays.values):
            self._arrays.values.append(plain)  # type: ignore[attr-defined]
        return code

    def _forget_unused(self) -> None:
        """Drops texts that no run has any more, once they are the larger part."""
        arrays = self._arrays
        if len(arrays.values) <= 2 * len(arrays.kinds) + 64:
            return
        coded = np.flatnonzero(np.isin(arrays.kinds, _CODED))
        used, arrays.codes[coded] = np.unique(arrays.codes[coded], return_inverse=True)
        arrays.values[:] = [arrays.values[code] for code in used.tolist()]  # type: ignore[index]
        self._codes = {value: code for code, value in enumerate(arrays.values)}


def make_arrays(num_rows: int, values: Sequence[Any] | None = None) -> Arrays:
    """Arrays of rows that have nothing."""
    return Arrays(
        np.zeros(num_rows, dtype=np.uint8),
        np.zeros(num_rows),
        np.zeros(num_rows, dtype=np.int32),
        [] if values is None else values,
    )


def make_numbers(numbers: npt.NDArray[np.float64], is_there: npt.NDArray[np.bool_]) -> Arrays:
    """A column of numbers, and which of them are there."""
    made = make_arrays(0)
    kinds = np.where(is_there, Kind.NUMBER, Kind.MISSING).astype(np.uint8)
    return Arrays(kinds, numbers, np.zeros(len(numbers), dtype=np.int32), made.values)


def make_hashable(values: Sequence[Any]) -> tuple[Any, ...]:
    """A list as a tuple; what is nested in it as its text."""
    return tuple(json.dumps(value) if isinstance(value, (list, tuple, dict)) else value for value in values)


def show(value: Plain) -> str:
    """A value as it is written in a query."""
    if value is None or isinstance(value, bool):
        return {None: "none", True: "true", False: "false"}[value]
    if isinstance(value, tuple):
        return f"[{', '.join(map(show, value))}]"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _choose(values: Sequence[Any], is_chosen: Bools) -> Sequence[Any]:
    return values if is_chosen.all() else [values[place] for place in np.flatnonzero(is_chosen).tolist()]


def _to_floats(values: Sequence[Any]) -> Sequence[float] | npt.NDArray[np.float64]:
    try:
        return np.array(values, dtype=np.float64)
    except OverflowError:  # a whole number beyond the largest float
        return [_to_float(value) for value in values]


def _to_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number beyond the largest float
        return float("inf") if value > 0 else float("-inf")
