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

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from summaries import Blobs, FileHealth, RunUpdate, Series


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
    """

    name: str
    version: int
    first_wall_time: float
    last_wall_time: float
    num_points: int
    kinds: frozenset[str]
    files: tuple[FileHealth, ...]


class Progress(Protocol):
    """How far the logdir is read; `dashboard.store.tailer.Tailer` knows."""

    @property
    def last_checked(self) -> float:
        """Wall time at which the last look at the logdir ended; 0 before the first."""

    @property
    def is_reading(self) -> bool:
        """Whether the first look at the logdir has not ended yet."""


class LogStore(Protocol):
    """Runs, their series and blobs. Every method may be called from any thread.

    Methods that name a run or tag raise KeyError, with a sentence, if there is no such run or tag.
    """

    def append(self, update: RunUpdate) -> None:
        """Takes in what one read of one event file brought."""

    def version(self) -> int:
        """Version of the whole store; 0 while it is empty."""

    def tags_version(self) -> int:
        """Version at which a tag was last seen in a run for the first time."""

    def runs(self) -> tuple[RunFacts, ...]:
        """All runs, the newest (by first wall time) first."""

    def tags(self, kind: str) -> Mapping[str, tuple[str, ...]]:
        """Tags of a kind, sorted, each with the names of the runs that have it."""

    def series(self, run: str, tag: str) -> Series:
        """All points of a scalar tag."""

    def blobs(self, run: str, tag: str, kind: str) -> Blobs:
        """Places of all values of a tag that is of a kind other than scalars; a name may be used for several kinds."""

    def blob(self, run: str, tag: str, kind: str, index: int) -> bytes:
        """The serialised message of one value; `index` counts in the order of `blobs`.

        Raises:
            OSError: If its event file can't be read any more.
            EOFError: If its event file was cut or replaced since.
        """
