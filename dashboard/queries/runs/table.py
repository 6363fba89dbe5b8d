"""The table of facts: all runs of a store, a row each, and what is known of them, a column each.

A run that changed has its row written again, and no other; what is counted of scalars is gathered from the store when
a metric is first asked for, and kept. A row stays a run's own until that goes away. All of it can be done beforehand, a
part at a time: `prepare`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from dashboard.queries.runs.columns import Arrays, Column, make_numbers
from dashboard.queries.runs.facts import (
    TOLD,
    AnyFact,
    Fact,
    Metric,
    iter_measured,
    iter_said,
    iter_told,
)
from dashboard.queries.runs.metrics import GatheredMetric, Gatherer
from dashboard.queries.runs.packages import PREFIX, PackageSets
from dashboard.sidecar import RunNotes
from dashboard.store.protocol import LogStore, RunFacts
from summaries import Status

Rows = npt.NDArray[np.int64]

MAX_METRICS = 256
"""Metrics that are kept after they were asked for; those asked for longest ago go first."""

RUNS_AT_ONCE = 256
"""So many runs are taken in before their facts are written into the columns, which takes less memory than all."""

_NOBODY: Mapping[str, RunNotes] = {}
_NOTHING = RunNotes()
_NAME, _STATUS = Fact("run", "name"), Fact("run", "status")
_Put = dict[tuple[Fact, ...], tuple[list[int], list[Iterable[Any]]]]
"""Rows by the facts that they get, and the values of those."""


class RunTable:
    """The facts of all runs of a store. `reading` brings it up to date and keeps other threads out meanwhile."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._version = -1
        self._added = _NOBODY
        self._runs: list[RunFacts | None] = []
        self._rows: dict[str, int] = {}
        self._free: list[int] = []
        self._facts_of: list[frozenset[Fact]] = []
        self._fact_sets: dict[frozenset[Fact], frozenset[Fact]] = {}  # runs of one program have the same facts
        self._columns: dict[Fact, Column] = {}
        self._statuses: dict[int, tuple[Status, float]] = {}
        self._packages = PackageSets()
        self._gatherer = Gatherer(store)
        self._metrics: OrderedDict[Metric, GatheredMetric] = OrderedDict()
        self.order: Rows = np.zeros(0, dtype=np.int64)
        self.now = 0.0

    @contextmanager
    def reading(self, now: float, added: Mapping[str, RunNotes] = _NOBODY) -> Iterator[RunTable]:
        """The table as the store is now; for one thread at a time.

        Args:
            now: Seconds since the epoch, UTC: what ages and stalled runs are told by.
            added: What people added, by run. Another mapping where something changed.
        """
        with self._lock:
            self.now = now
            if added is not self._added or self._version != self._store.version():
                self._refresh(added)
            yield self

    @property
    def version(self) -> int:
        """Version of the store that it is of."""
        return self._version

    @property
    def num_rows(self) -> int:
        """Rows, also those that no run has any more."""
        return len(self._runs)

    @property
    def num_bytes(self) -> int:
        """About how much memory the columns take."""
        return sum(column.num_bytes for column in self._columns.values()) + sum(
            metric.num_bytes for metric in self._metrics.values()
        )

    def name_of(self, row: int) -> str:
        """The run of a row."""
        run = self._runs[row]
        return "" if run is None else run.name

    def names_of(self, rows: Rows) -> list[str]:
        """The runs of some rows."""
        return [self.name_of(row) for row in rows.tolist()]

    def find_rows(self, names: Iterable[str] | None = None) -> Rows:
        """The rows of some runs, in their order, without those that do not exist; None for all, the newest first."""
        if names is None:
            return self.order
        found = [row for name in names if (row := self._rows.get(name)) is not None]
        return np.array(found, dtype=np.int64)

    def iter_facts(self) -> Iterator[Fact]:
        """All facts that a run has, in the order in which they came; no metrics."""
        yield _NAME
        if self._statuses:
            yield _STATUS
        if Fact("run", "updated") in self._columns:
            yield Fact("run", "age")
        for fact, column in self._columns.items():
            if fact != _NAME and not column.is_empty:
                yield fact
        for name in self._packages.iter_names():
            yield Fact("env", PREFIX + name)

    def list_differing_packages(self) -> list[Fact]:
        """Those packages of which not all runs that log packages had the same version."""
        return [Fact("env", PREFIX + name) for name in self._packages.iter_names(only_differing=True)]

    def has_fact(self, fact: Fact) -> bool:
        """Whether some run has a fact."""
        if fact.is_package:
            return self._packages.has(fact.name.removeprefix(PREFIX))
        if fact == _STATUS:
            return bool(self._statuses)
        if fact == Fact("run", "age"):
            fact = Fact("run", "updated")
        column = self._columns.get(fact)
        return column is not None and not column.is_empty

    @property
    def tags(self) -> Mapping[str, tuple[str, ...]]:
        """Scalar tags, each with the names of the runs that have it."""
        return self._store.tags("scalars")

    def has_direction(self, tag: str) -> bool:
        """Whether some run declares which values of a tag are better."""
        return self._gatherer.has_direction(tag)

    def arrays(self, fact: AnyFact) -> Arrays:
        """The column of a fact; without a value where no run has it."""
        if isinstance(fact, Metric):
            return self._gather(fact).arrays(self.num_rows)
        if fact.is_package:
            return self._packages.arrays(fact.name.removeprefix(PREFIX), self.num_rows)
        if fact == _STATUS:
            return self._tell_states()
        if fact == Fact("run", "age"):
            updated = self.arrays(Fact("run", "updated"))
            return make_numbers(self.now - updated.numbers, updated.kinds > 0)
        return self._columns.get(fact, Column()).arrays(self.num_rows)

    def _tell_states(self) -> Arrays:
        column = Column()
        rows, states = [], []
        for row, (status, heard) in self._statuses.items():
            run, state = self._runs[row], status.state
            if state == "running" and run is not None:
                state = status.state_at(self.now, max(run.last_change, heard))
            rows.append(row)
            states.append(state)
        column.put_many(rows, states, self.num_rows)
        return column.arrays(self.num_rows)

    def _gather(self, metric: Metric) -> GatheredMetric:
        gathered = self._metrics.get(metric)
        if gathered is None:
            gathered = self._metrics[metric] = GatheredMetric(metric)
            names = self.tags.get(metric.tag, ())
            rows = [self._rows[name] for name in names if name in self._rows]
            gathered.put_many(rows, [self.name_of(row) for row in rows], self._gatherer, self.num_rows)
            while len(self._metrics) > MAX_METRICS:
                self._metrics.popitem(last=False)
        self._metrics.move_to_end(metric)
        return gathered

    def prepare(self, added: Mapping[str, RunNotes] = _NOBODY) -> bool:
        """Does a part of what the next `reading` would have to do; whether there is more. Takes some 20 ms.

        Args:
            added: As of `reading`.
        """
        with self._lock:
            if added is not self._added or self._version != self._store.version():
                self._refresh(added, max_runs=RUNS_AT_ONCE)
                return True
            return self._gatherer.prepare(self._rows, RUNS_AT_ONCE)

    def _refresh(self, added: Mapping[str, RunNotes], max_runs: int | None = None) -> None:
        """Brings the table up to date; with `max_runs` perhaps in part, and then it is still of the version before."""
        version, runs = self._store.version(), self._store.runs()
        self._remove_others({run.name for run in runs})
        self._retell(added)
        changed = [run for run in runs if self._find_known(run.name) is not run]
        taken = changed[:max_runs]
        for begin in range(0, len(taken), RUNS_AT_ONCE):
            self._take_many(taken[begin : begin + RUNS_AT_ONCE])
        if len(taken) == len(changed):
            self._version = version
            self.order = np.array([self._rows[run.name] for run in runs], dtype=np.int64)

    def _take_many(self, runs: Sequence[RunFacts]) -> None:
        """Takes in runs that are new or changed."""
        for run in runs:
            self._give_row(run.name)
        put: _Put = {}
        for run in runs:
            self._take(run, put)
        self._write(put)
        self._measure([self._rows[run.name] for run in runs])

    def _find_known(self, name: str) -> RunFacts | None:
        row = self._rows.get(name)
        return None if row is None else self._runs[row]

    def _remove_others(self, names: set[str]) -> None:
        gone = [(name, row) for name, row in self._rows.items() if name not in names]
        for name, row in gone:
            del self._rows[name]
            self._runs[row] = None
            self._statuses.pop(row, None)
            self._packages.remove(row)
            self._forget(row, self._facts_of[row])
            for metric in self._metrics.values():
                metric.remove(row)
            self._gatherer.forget(name)
        self._free += [row for _, row in gone]

    def _forget(self, row: int, facts: Iterable[Fact]) -> None:
        gone = frozenset(facts)
        for fact in gone:
            self._columns[fact].remove_many([row])
        self._note_facts(row, self._facts_of[row] - gone)

    def _note_facts(self, row: int, facts: frozenset[Fact]) -> None:
        self._facts_of[row] = self._fact_sets.setdefault(facts, facts)

    def _take(self, run: RunFacts, put: _Put) -> None:
        """Notes what there is to say of a run that is new or changed."""
        row = self._rows[run.name]
        before, self._runs[row] = self._runs[row], run
        self._gatherer.forget(run.name)
        found = dict(iter_measured(run))
        if before is None:
            found[_NAME] = run.name
        if before is None or before.read_facts is not run.read_facts:
            facts = run.read_facts()  # not `run.facts`, which would keep in the run what the columns hold
            found |= dict(iter_said(facts))
            found |= dict(iter_told(facts, self._added.get(run.name, _NOTHING)))
            self._forget(row, self._facts_of[row] - found.keys() - {_NAME})
            self._gatherer.declare(run.name, facts)
            self._packages.put(row, {} if facts.environment is None else facts.environment.packages)
            self._statuses.pop(row, None)
            if facts.status is not None:
                self._statuses[row] = facts.status, facts.status_time
        self._put(row, found, put)

    def _give_row(self, name: str) -> None:
        if name in self._rows:
            return
        if self._free:
            self._rows[name] = self._free.pop()
        else:
            self._rows[name] = len(self._runs)
            self._runs.append(None)
            self._facts_of.append(frozenset())

    def _put(self, row: int, found: Mapping[Fact, Any], put: _Put) -> None:
        facts = tuple(found)
        if not found.keys() <= self._facts_of[row]:
            self._note_facts(row, self._facts_of[row].union(facts))
        rows, values = put.setdefault(facts, ([], []))
        rows.append(row)
        values.append(found.values())

    def _write(self, put: _Put) -> None:
        by_fact: dict[Fact, tuple[list[int], list[Any]]] = {}
        for facts, (rows, values) in put.items():
            for fact, column in zip(facts, zip(*values, strict=True), strict=True):
                known_rows, known_values = by_fact.setdefault(fact, ([], []))
                known_rows.extend(rows)
                known_values.extend(column)
        for fact, (rows, found) in by_fact.items():
            if fact not in self._columns:
                self._columns[fact] = Column()
            self._columns[fact].put_many(rows, found, self.num_rows)

    def _retell(self, added: Mapping[str, RunNotes]) -> None:
        """Notes what people changed of the runs that are known already."""
        if added is self._added:
            return
        put: _Put = {}
        for name in {*added, *self._added}:
            run = self._find_known(name)
            if run is None or added.get(name) == self._added.get(name):
                continue
            row, found = self._rows[name], dict(iter_told(run.read_facts(), added.get(name, _NOTHING)))
            may_change = {Fact("run", one) for one in TOLD}
            self._forget(row, (may_change & self._facts_of[row]) - found.keys())
            self._put(row, found, put)
        self._write(put)
        self._added = added

    def _measure(self, rows: Sequence[int]) -> None:
        """Brings the metrics that are kept up to date."""
        for metric in self._metrics.values():
            metric.put_many(rows, [self.name_of(row) for row in rows], self._gatherer, self.num_rows)
