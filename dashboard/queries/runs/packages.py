"""Versions of the packages that runs had, as facts: ``env.packages.jax``.

A run logs some hundred of them, and the runs of one environment the same; so each different set is kept once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from dashboard.queries.runs.columns import Arrays, Kind, make_arrays

PREFIX = "packages."


class PackageSets:
    """Which packages the run of each row had. Not thread-safe."""

    def __init__(self) -> None:
        self._set_of: dict[int, int] = {}
        self._numbers: dict[tuple[tuple[str, str], ...], int] = {}
        self._sets: list[Mapping[str, str]] = []

    def put(self, row: int, packages: Mapping[str, str]) -> None:
        """Takes what a row's run had, in place of what is known of it."""
        self.remove(row)
        if packages:
            number = self._numbers.setdefault(tuple(packages.items()), len(self._sets))
            if number == len(self._sets):
                self._sets.append(packages)
            self._set_of[row] = number

    def remove(self, row: int) -> None:
        """Has a row have nothing."""
        self._set_of.pop(row, None)

    def has(self, name: str) -> bool:
        """Whether some run had a package."""
        return any(name in packages for packages in self._iter_used())

    def iter_names(self, *, only_differing: bool = False) -> Iterator[str]:
        """Names of all packages that some run had, or of those that were not of one version in all of these runs."""
        used = list(self._iter_used())
        for name in sorted({name for packages in used for name in packages}):
            if not only_differing or len({packages.get(name) for packages in used}) > 1:
                yield name

    def arrays(self, name: str, num_rows: int) -> Arrays:
        """The versions of a package as the column of a table with so many rows."""
        made = make_arrays(num_rows)
        versions = [packages.get(name, "") for packages in self._sets]
        places = {version: place for place, version in enumerate(dict.fromkeys(filter(None, versions)))}
        code_of = np.array([places.get(version, -1) for version in versions], dtype=np.int32)
        rows, sets = np.array(list(self._set_of), dtype=np.int64), np.array(list(self._set_of.values()), dtype=np.int64)
        codes = code_of[sets]
        made.kinds[rows[codes >= 0]] = Kind.TEXT
        made.codes[rows[codes >= 0]] = codes[codes >= 0]
        return Arrays(made.kinds, made.numbers, made.codes, list(places))

    def _iter_used(self) -> Iterator[Mapping[str, str]]:
        return (self._sets[number] for number in set(self._set_of.values()))
