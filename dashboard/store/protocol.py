"""What a board knows about its runs, and how the rest asks for it.

The words, used everywhere in this package: a *logdir* is the folder given to ``board``; a *run* is one folder
below it that holds event files, named by its relative path; a *tag* names a time series within a run; a
*series* is all points (step, wall time, value) of a run and tag, never sampled; a *blob* is any other logged
value (histogram, text, graph, …), which stays on disk until someone looks; *downsampling* chooses points for
display only, and always says so.

A version is an integer that grows with every change. `LogStore.version` is that of the whole store, and a
run's version is the store's version at the run's last change, so "what is new since version v" is one
comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

from dashboard.store.series_tally import RunTallies
from summaries import Blobs, Facts, FileHealth, FileState, FolderProblem, Mark, RunUpdate, Series

SILENT_SECS = 30.0
"""How long a run that logs no status may write nothing and still counts as running."""


@dataclass(frozen=True)
class RunFacts:
    """What the run list shows of one run.

    Attributes:
        name: Path relative to the logdir, ``/`` between folders; ``.`` is the logdir itself.
        version: Store version at the run's last change.
        first_wall_time: Seconds since the epoch, UTC; NaN before the first point.
        last_wall_time: Seconds since the epoch, UTC; NaN before the first point.
        num_points: Scalar points in all its tags.
        kinds: Kinds of summary that it holds: ``scalars``, ``histograms``, …
        files: Health of each of its event files.
        last_change: When one of them was last written to, in seconds since the epoch, UTC; 0 if nobody knows.
        tags_version: Store version at which it last got a tag.
        folded_from: Sub-runs whose tags were folded into it, sorted.
        read_facts: Gives `facts`.
    """

    name: str
    version: int
    first_wall_time: float
    last_wall_time: float
    num_points: int
    kinds: frozenset[str]
    files: tuple[FileHealth, ...]
    last_change: float = 0.0
    tags_version: int = 0
    folded_from: tuple[str, ...] = ()
    read_facts: Callable[[], Facts] = field(default=Facts, compare=False, repr=False)

    @cached_property
    def facts(self) -> Facts:
        """What the run says of itself: status, name, config, hparams, environment, metrics."""
        return self.read_facts()

    def state_at(self, now: float) -> str:
        """The run's state: `running`, `finished`, `failed`, `interrupted`; "" if nobody knows.

        It is `stalled` if it should have been heard of: no heartbeat and no bytes for three heartbeat intervals. A run
        that logs no status is `running` while its last bytes are at most `SILENT_SECS` old.

        Args:
            now: Seconds since the epoch, UTC.
        """
        status = self.facts.status
        if status is None:
            return "running" if now <= self.stalls_at else ""
        return status.state_at(now, self.last_heard)

    @property
    def stalls_at(self) -> float:
        """When it runs no more unless it is heard of before, in seconds since the epoch, UTC; infinite for never."""
        status = self.facts.status
        return self.last_change + SILENT_SECS if status is None else status.stalls_at(self.last_heard)

    @property
    def last_heard(self) -> float:
        """When a file of it was last written to or it said that it is alive, in seconds since the epoch, UTC."""
        return max(self.last_change, self.facts.status_time)


@dataclass(frozen=True)
class FileFacts:
    """What the store knows of one event file.

    Attributes:
        run: The run that it belongs to.
        health: How reading it went.
        num_bytes: Its size at the last look.
        counts: Values of each kind that came from it.
    """

    run: str
    health: FileHealth
    num_bytes: int
    counts: Mapping[str, int]


class Progress(Protocol):
    """How far the logdir is read; `dashboard.store.tailer.Tailer` knows."""

    @property
    def last_checked(self) -> float:
        """Wall time at which the last look at the logdir ended; 0 before the first."""

    @property
    def is_reading(self) -> bool:
        """Whether the first look at the logdir has not ended yet."""

    @property
    def num_bytes(self) -> tuple[int, int] | None:
        """How many of the new bytes that a look found are read, and how many it found; None unless it takes long."""

    @property
    def problems(self) -> Sequence[FolderProblem]:
        """Folders that could not be looked into at the last look."""


class FirstLook(Progress, Protocol):
    """The same, for who can wait a moment for the end of the first look."""

    def wait_until_read(self) -> None:
        """Returns when the first look has ended, or a moment after it began; blocks the caller."""


class LogStore(Protocol):
    """Runs, their series and blobs. Every method may be called from any thread.

    Methods that name a run or tag raise KeyError, with a sentence, if there is no such run or tag. Arrays are shared:
    who gets one does not write to it.
    """

    def start(self) -> None:
        """Begins what is done in the background."""

    def append(self, update: RunUpdate) -> None:
        """Takes in what one read of one event file brought.

        A file that was replaced, cut or removed takes with it all that it gave. May wait until the store has room.
        """

    def states(self) -> Mapping[Path, FileState]:
        """Where reading each file stands: what a tail needs to go on from there."""

    def remarks(self) -> tuple[str, ...]:
        """What people should know of the store itself, as that it began anew, a sentence each."""

    def close(self) -> None:
        """Keeps for the next start what it can, and lets go of all. Nothing may be asked afterwards."""

    def version(self) -> int:
        """Version of the whole store; 0 while it is empty."""

    def tags_version(self) -> int:
        """Version at which a tag was last seen in a run for the first time."""

    def runs(self) -> tuple[RunFacts, ...]:
        """All runs, the newest (by first wall time) first."""

    def runs_since(self, version: int) -> tuple[RunFacts, ...]:
        """The runs that changed after a version, the latest change first; removed ones are not told."""

    def files(self) -> tuple[FileFacts, ...]:
        """All event files, by run and path."""

    def run(self, name: str) -> RunFacts:
        """One run."""

    def find_runs(self, names: Iterable[str]) -> tuple[RunFacts, ...]:
        """Those of some runs that there are, in the same order."""

    def tags(self, kind: str, since: int = 0) -> Mapping[str, tuple[str, ...]]:
        """Tags of a kind, sorted, each with the names of the runs that have it.

        Args:
            kind: The kind.
            since: Only runs that got a tag, of whatever kind, after this version.
        """

    def series(self, run: str, tag: str) -> Series:
        """All points of a scalar tag."""

    def tallies(self, run: str) -> RunTallies:
        """What is counted of each scalar tag of a run, without what restarts replaced."""

    def blobs(self, run: str, tag: str, kind: str) -> Blobs:
        """Places of all values of a tag that is of a kind other than scalars; a name may be used for several kinds."""

    def annotations(self, run: str) -> tuple[Mark, ...]:
        """What happened in a run, and at which step, in the order in which it was written."""

    def blob(self, run: str, tag: str, kind: str, index: int) -> bytes:
        """The serialised message of one value; `index` counts in the order of `blobs`.

        Raises:
            OSError: If its event file can't be read any more.
            EOFError: If its event file was cut, replaced or damaged since; checksums are verified.
        """
