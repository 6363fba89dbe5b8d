"""The store that keeps every column in memory: what a board has while it runs."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dashboard.store.protocol import RunFacts
from summaries import Blobs, RunLog, RunUpdate, Series, read_blob
from summaries.kinds import RUN_KINDS


@dataclass
class _Run:
    """One run and what is counted of it as it grows."""

    log: RunLog = field(default_factory=RunLog)
    version: int = 0
    first_wall_time: float = math.nan
    last_wall_time: float = math.nan
    num_points: int = 0
    kind_by_tag: dict[tuple[str, str], None] = field(default_factory=dict)

    def append(self, update: RunUpdate) -> None:
        self.log.update(update.path, update.batch, is_replaced=update.is_replaced)
        if update.is_replaced:
            self._count_anew()
        else:
            batch = update.batch
            is_point = np.array([tag.kind not in RUN_KINDS for tag in batch.tags], dtype=bool)
            self._count(batch.wall_times, batch.blob_wall_times[is_point[batch.blob_tag_ids]])

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


def _or(value: float, otherwise: float) -> float:
    return otherwise if math.isnan(value) else value


class MemoryStore:
    """Runs, series and places of blobs in memory; one lock, held for the time of a look-up."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._runs: dict[str, _Run] = {}
        self._version = 0
        self._tags_version = 0

    def append(self, update: RunUpdate) -> None:
        """Takes in what one read of one event file brought."""
        with self._lock:
            run = self._runs.setdefault(update.run, _Run())
            self._version += 1
            run.version = self._version
            run.append(update)
            found = {(tag.kind, tag.name): None for tag in run.log.tags}
            if found.keys() != run.kind_by_tag.keys():
                run.kind_by_tag = found
                self._tags_version = self._version
            if not run.log.health:
                del self._runs[update.run]
                self._tags_version = self._version

    def version(self) -> int:
        """Version of the whole store; 0 while it is empty."""
        return self._version

    def tags_version(self) -> int:
        """Version at which a run or tag last appeared or went away."""
        return self._tags_version

    def runs(self) -> tuple[RunFacts, ...]:
        """All runs, the newest first; those without a point yet come before."""
        with self._lock:
            facts = [self._facts(name, run) for name, run in self._runs.items()]
        return tuple(sorted(facts, key=lambda run: (-_or(run.first_wall_time, math.inf), run.name)))

    def _facts(self, name: str, run: _Run) -> RunFacts:
        return RunFacts(
            name=name,
            version=run.version,
            first_wall_time=run.first_wall_time,
            last_wall_time=run.last_wall_time,
            num_points=run.num_points,
            kinds=frozenset(kind for kind, _ in run.kind_by_tag),
            files=run.log.health,
        )

    def tags(self, kind: str) -> dict[str, tuple[str, ...]]:
        """Tags of a kind, sorted, each with the names of the runs that have it."""
        runs_by_tag: dict[str, list[str]] = {}
        with self._lock:
            for name, run in self._runs.items():
                for tag_kind, tag in run.kind_by_tag:
                    if tag_kind == kind:
                        runs_by_tag.setdefault(tag, []).append(name)
        return {tag: tuple(runs_by_tag[tag]) for tag in sorted(runs_by_tag)}

    def series(self, run: str, tag: str) -> Series:
        """All points of a scalar tag.

        Raises:
            KeyError: If there is no such run, or it has no such scalar.
        """
        with self._lock:
            log = self._log(run)
            try:
                return log.series(tag)
            except KeyError as error:
                raise KeyError(f"Run {run!r} has no scalar {tag!r}.") from error

    def blobs(self, run: str, tag: str, kind: str) -> Blobs:
        """Places of all values of a tag that is of a kind other than scalars.

        Raises:
            KeyError: If there is no such run, or it has no such tag.
        """
        with self._lock:
            log = self._log(run)
            try:
                return log.blobs(tag, kind)
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

    def _log(self, run: str) -> RunLog:
        if run not in self._runs:
            raise KeyError(f"There is no run {run!r} in the logdir.")
        return self._runs[run].log
