"""What is counted of one scalar tag in all runs, gathered from the store."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np

from dashboard.queries.runs.columns import Arrays, make_numbers
from dashboard.queries.runs.facts import Metric
from dashboard.store.protocol import LogStore
from dashboard.store.series_tally import RunTallies, SeriesTallies
from summaries import Facts, MetricDeclaration

_Places = dict[str, int]


class Gatherer:
    """The tallies of each run, as the store gave them last."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._tallies: dict[str, tuple[_Places, SeriesTallies]] = {}
        self._declared: dict[str, Facts] = {}
        self._declarations: dict[frozenset[MetricDeclaration], Facts] = {}  # runs of one program declare the same
        self._places: dict[tuple[str, ...], _Places] = {}  # runs of one program have the same tags

    def forget(self, run: str) -> None:
        """Asks the store again when the run is next asked for."""
        self._tallies.pop(run, None)

    def declare(self, run: str, facts: Facts) -> None:
        """Notes which values the run declares to be better, and nothing else of `facts`."""
        self._declared.pop(run, None)
        if facts.metrics:
            said = frozenset(facts.metrics.values())
            self._declared[run] = self._declarations.setdefault(said, Facts(metrics=facts.metrics))

    def has_direction(self, tag: str) -> bool:
        """Whether some run declares, or declared, which values of a tag are better."""
        found = (facts.find_metric(tag) for facts in self._declarations.values())
        return any(declared is not None and declared.direction for declared in found)

    def find_direction(self, run: str, tag: str) -> str:
        """`min` or `max`; "" if the run says nothing of the tag."""
        facts = self._declared.get(run)
        declared = None if facts is None else facts.find_metric(tag)
        return "" if declared is None else declared.direction

    def prepare(self, runs: Mapping[str, object], limit: int) -> bool:
        """Asks the store for tallies that are not known yet, of so many runs; whether there may be more."""
        if runs.keys() <= self._tallies.keys():  # twice a second, of many runs
            return False
        unknown = list(itertools.islice((run for run in runs if run not in self._tallies), limit))
        for run in unknown:
            self._find_tallies(run)
        return len(unknown) == limit

    def find(self, run: str, tag: str) -> tuple[SeriesTallies, int] | None:
        """The tallies of a run and the place of a tag in them; None if the run has no such scalar."""
        known = self._tallies.get(run) or self._find_tallies(run)
        place = None if known is None else known[0].get(tag)
        return None if known is None or place is None else (known[1], place)

    def _find_tallies(self, run: str) -> tuple[_Places, SeriesTallies] | None:
        try:
            found = self._store.tallies(run)
        except KeyError:  # it went away meanwhile
            return None
        known = self._tallies[run] = self._find_places(found), found.tallies
        return known

    def _find_places(self, found: RunTallies) -> _Places:
        places = self._places.get(found.tags)
        if places is None:
            places = self._places[found.tags] = {tag: place for place, tag in enumerate(found.tags)}
        return places


class GatheredMetric:
    """One number of one tag, of each run."""

    def __init__(self, metric: Metric) -> None:
        self._metric = metric
        self._numbers = np.zeros(0)
        self._is_there = np.zeros(0, dtype=bool)

    @property
    def num_bytes(self) -> int:
        """How much memory it takes."""
        return self._numbers.nbytes + self._is_there.nbytes

    def arrays(self, num_rows: int) -> Arrays:
        """The column of a table with so many rows."""
        self._grow(num_rows)
        return make_numbers(self._numbers[:num_rows], self._is_there[:num_rows])

    def remove(self, row: int) -> None:
        """Has a row have nothing."""
        self._is_there[row : row + 1] = False

    def put_many(self, rows: Sequence[int], runs: Sequence[str], gatherer: Gatherer, num_rows: int) -> None:
        """Takes the number of each of some runs anew."""
        self._grow(num_rows)
        for row, run in zip(rows, runs, strict=True):
            number = self._measure(run, gatherer)
            self._is_there[row] = number is not None
            self._numbers[row] = math.nan if number is None else number

    def _measure(self, run: str, gatherer: Gatherer) -> float | None:
        measure = self._metric.measure
        direction = gatherer.find_direction(run, self._metric.tag) if measure in ("best", "best_step") else ""
        found = gatherer.find(run, self._metric.tag)
        if found is None:
            return None
        tallies, place = found
        if measure == "last":
            return float(tallies.lasts[place])
        if not tallies.num_finite[place]:
            return None
        return _pick(tallies, place, measure, direction)

    def _grow(self, num_rows: int) -> None:
        more = num_rows - len(self._numbers)
        if more > 0:
            more += num_rows // 8
            self._numbers = np.pad(self._numbers, (0, more), constant_values=math.nan)
            self._is_there = np.pad(self._is_there, (0, more))


def _pick(tallies: SeriesTallies, place: int, measure: str, direction: str) -> float | None:
    if measure == "mean":
        return float(tallies.sums[place] / tallies.num_finite[place])
    if measure in ("best", "best_step"):
        if not direction:
            return None
        steps, measure = measure == "best_step", direction
        if steps:
            return float((tallies.min_steps if measure == "min" else tallies.max_steps)[place])
    return float((tallies.mins if measure == "min" else tallies.maxima)[place])
