"""The store that keeps every column in memory: what a board has while it runs."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from dashboard.store.protocol import RunFacts
from summaries import Batch, Blobs, RunLog, RunUpdate, Series, read_blob
from summaries.kinds import RUN_KINDS


@dataclass
class _Run:
    """One run and what is counted of it as it grows. `lock` guards all of it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    log: RunLog = field(default_factory=RunLog)
    first_wall_time: float = math.nan
    last_wall_time: float = math.nan
    num_points: int = 0
    tags: frozenset[tuple[str, str]] = frozenset()
    num_tags_by_file: dict[Path, int] = field(default_factory=dict)

    def append(self, update: RunUpdate) -> None:
        """Takes in what one read of one event file brought."""
        batch = update.batch
        self.log.update(update.path, batch, is_replaced=update.is_replaced)
        if update.is_replaced:
            self._count_anew()
        else:
            self._count(batch.wall_times, _times_of_points(batch))
        # A file's tags only ever grow in number, so most batches need no look at all of them.
        if update.is_replaced or len(batch.tags) != self.num_tags_by_file.get(update.path):
            self.num_tags_by_file[update.path] = len(batch.tags)
            self.tags = frozenset((tag.kind, tag.name) for tag in self.log.tags)

    def facts(self, name: str, version: int) -> RunFacts:
        """What there is to say of the run now."""
        return RunFacts(
            name=name,
            version=version,
            first_wall_time=self.first_wall_time,
            last_wall_time=self.last_wall_time,
            num_points=self.num_points,
            kinds=frozenset(kind for kind, _ in self.tags),
            files=self.log.health,
        )

    def _count_anew(self) -> None:
        self.num_points, self.first_wall_time, self.last_wall_time = 0, math.nan, math.nan
        for tag in self.log.tags:
            if tag.kind == "scalars":
                self._count(self.log.series(tag.name).wall_times, np.zeros(0))
            elif tag.kind not in RUN_KINDS:
                self._count(np.zeros(0), self.log.blobs(tag.name, tag.kind).wall_times)

    def _count(self, scalar_times: NDArray[np.float64], blob_times: NDArray[np.float64]) -> None:
        self.num_points += scalar_times.size
        for wall_times in (scalar_times, blob_times):
            if wall_times.size:
                self.first_wall_time = float(min(_or(self.first_wall_time, math.inf), wall_times.min()))
                self.last_wall_time = float(max(_or(self.last_wall_time, -math.inf), wall_times.max()))


def _times_of_points(batch: Batch) -> NDArray[np.float64]:
    """Wall times of what belongs to a tag, rather than to the run itself."""
    if not batch.blob_steps.size:
        return batch.blob_wall_times
    is_point = np.array([tag.kind not in RUN_KINDS for tag in batch.tags], dtype=bool)
    times: NDArray[np.float64] = batch.blob_wall_times[np.repeat(is_point, np.diff(batch.blob_starts))]
    return times


def _or(value: float, otherwise: float) -> float:
    return otherwise if math.isnan(value) else value


class MemoryStore:
    """Runs, series and places of blobs in memory.

    Each run has a lock of its own, held while it grows or one of its series is put together. The store's lock guards
    what is known of all runs, and is only held for a look-up: lists and news never wait for a run.
    """

    def __init__(self) -> None:
        self._append_lock = threading.Lock()
        self._lock = threading.Lock()
        self._runs: dict[str, _Run] = {}
        self._facts: dict[str, RunFacts] = {}
        self._sorted_facts: tuple[RunFacts, ...] | None = ()
        self._tags_by_kind: dict[str, Mapping[str, tuple[str, ...]]] = {}
        self._version = 0
        self._tags_version = 0

    def append(self, update: RunUpdate) -> None:
        """Takes in what one read of one event file brought."""
        with self._append_lock:
            run = self._runs.get(update.run) or _Run()
            tags_before = run.tags
            with run.lock:
                run.append(update)
            with self._lock:
                self._publish(update.run, run, is_same_tags=run.tags == tags_before)

    def _publish(self, name: str, run: _Run, *, is_same_tags: bool) -> None:
        self._version += 1
        if not run.log.health:
            self._runs.pop(name, None)
            self._facts.pop(name, None)
        else:
            is_same_tags = is_same_tags and name in self._runs
            self._runs[name] = run
            self._facts[name] = run.facts(name, self._version)
        self._sorted_facts = None
        if not (is_same_tags and run.log.health):
            self._tags_version = self._version
            self._tags_by_kind = {}

    def version(self) -> int:
        """Version of the whole store; 0 while it is empty."""
        return self._version

    def tags_version(self) -> int:
        """Version at which a run or tag last appeared or went away."""
        return self._tags_version

    def runs(self) -> tuple[RunFacts, ...]:
        """All runs, the newest first; those without a point yet come before."""
        with self._lock:
            if self._sorted_facts is None:
                self._sorted_facts = tuple(sorted(self._facts.values(), key=_by_age))
            return self._sorted_facts

    def tags(self, kind: str) -> Mapping[str, tuple[str, ...]]:
        """Tags of a kind, sorted, each with the names of the runs that have it."""
        with self._lock:
            if kind not in self._tags_by_kind:
                self._tags_by_kind[kind] = self._collect_tags(kind)
            return self._tags_by_kind[kind]

    def _collect_tags(self, kind: str) -> Mapping[str, tuple[str, ...]]:
        runs_by_tag: dict[str, list[str]] = {}
        for name, run in self._runs.items():
            for tag_kind, tag in run.tags:
                if tag_kind == kind:
                    runs_by_tag.setdefault(tag, []).append(name)
        return MappingProxyType({tag: tuple(runs_by_tag[tag]) for tag in sorted(runs_by_tag)})

    def series(self, run: str, tag: str) -> Series:
        """All points of a scalar tag.

        Raises:
            KeyError: If there is no such run, or it has no such scalar.
        """
        found = self._run(run)
        with found.lock:
            try:
                return found.log.series(tag)
            except KeyError as error:
                raise KeyError(f"Run {run!r} has no scalar {tag!r}.") from error

    def blobs(self, run: str, tag: str, kind: str) -> Blobs:
        """Places of all values of a tag that is of a kind other than scalars.

        Raises:
            KeyError: If there is no such run, or it has no such tag.
        """
        found = self._run(run)
        with found.lock:
            try:
                return found.log.blobs(tag, kind)
            except KeyError as error:
                raise KeyError(f"Run {run!r} has no tag {tag!r} of kind {kind}.") from error

    def blob(self, run: str, tag: str, kind: str, index: int) -> bytes:
        """The serialised message of one value; `index` counts in the order of `blobs`.

        Raises:
            KeyError: If there is no such run, tag or index.
            OSError: If its event file can't be read any more.
            EOFError: If its event file was cut or replaced since.
        """
        places = self.blobs(run, tag, kind)
        if not -len(places) <= index < len(places):
            raise KeyError(f"Tag {tag!r} of run {run!r} has {len(places)} values of kind {kind}; got index {index}.")
        return read_blob(places.paths[index], int(places.offsets[index]), int(places.lengths[index]))

    def _run(self, name: str) -> _Run:
        with self._lock:
            if name not in self._runs:
                raise KeyError(f"There is no run {name!r} in the logdir.")
            return self._runs[name]


def _by_age(run: RunFacts) -> tuple[float, str]:
    return -_or(run.first_wall_time, math.inf), run.name
