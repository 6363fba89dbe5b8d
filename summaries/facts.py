"""What a run says of itself: status, name, config, environment, metrics, annotations, console.

Only the records of the run as a whole are read, so it is cheap however long the run.

Synopsis:
    >>> import tempfile
    >>> from summaries import SummaryWriter, load
    >>> with SummaryWriter(tempfile.mkdtemp(), name="first", config={"optimizer": {"lr": 0.1}}) as writer:
    ...     writer.define_metric("loss", direction="min")
    >>> facts = load(writer.log_dir).runs["."].facts
    >>> facts.status.state, facts.info.name, facts.hparams, facts.find_metric("loss").direction
    ('finished', 'first', {'optimizer.lr': 0.1}, 'min')
"""

from __future__ import annotations

import fnmatch
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from summaries.kinds import (
    ANNOTATIONS,
    CONFIG,
    CONSOLE,
    ENVIRONMENT,
    HPARAMS,
    KINDS,
    METRICS,
    RUN_INFO,
    STATUS,
    Annotation,
    ConsoleText,
    Environment,
    Kind,
    MetricDeclaration,
    RunInfo,
    Status,
)
from summaries.kinds.annotations import ANNOTATIONS_TAG
from summaries.kinds.config import CONFIG_TAG
from summaries.kinds.console import CONSOLE_TAG
from summaries.kinds.environment import ENVIRONMENT_TAG
from summaries.kinds.hparams import SESSION_START_TAG
from summaries.kinds.metrics import METRICS_TAG
from summaries.kinds.run_info import RUN_INFO_TAG
from summaries.kinds.status import STATUS_TAG
from summaries.plain import flatten, merge
from summaries.reader import read_blob
from summaries.run import Blobs


@dataclass(frozen=True)
class Facts:
    """What the files of a run say of the run as a whole.

    Attributes:
        status: The last word on it; None if nothing is said.
        status_time: When that was said, or the last heartbeat, in seconds since the Unix epoch; NaN if never.
        info: Name, notes, tags, group.
        config: What the run was started with, nested; all records merged.
        hparams: The same and TensorBoard's hparams, flat: `optimizer.lr`.
        environment: What it ran on; None if nothing is said.
        metrics: Declarations by tag or pattern.
    """

    status: Status | None = None
    status_time: float = float("nan")
    info: RunInfo = RunInfo()
    config: Mapping[str, Any] = field(default_factory=dict)
    hparams: Mapping[str, Any] = field(default_factory=dict)
    environment: Environment | None = None
    metrics: Mapping[str, MetricDeclaration] = field(default_factory=dict)

    def find_metric(self, tag: str) -> MetricDeclaration | None:
        """The declaration of a tag: its own, else that of the first pattern that it fits; None if there is none."""
        if tag in self.metrics:
            return self.metrics[tag]
        return next((metric for name, metric in self.metrics.items() if fnmatch.fnmatchcase(tag, name)), None)


@dataclass(frozen=True)
class Mark:
    """An annotation in its place.

    Attributes:
        step: The step that it belongs to.
        wall_time: Seconds since the Unix epoch.
        annotation: What happened.
        is_superseded: Whether the run began again at this step or an earlier one.
    """

    step: int
    wall_time: float
    annotation: Annotation
    is_superseded: bool


class HasBlobs(Protocol):
    """A run, wherever it is kept: it knows where the values of a tag lie."""

    def blobs(self, tag: str, kind: str) -> Blobs:
        """The places of a tag's values; KeyError if it has none of this kind."""


FACT_TAGS: Mapping[str, str] = {
    STATUS.name: STATUS_TAG,
    RUN_INFO.name: RUN_INFO_TAG,
    CONFIG.name: CONFIG_TAG,
    HPARAMS.name: SESSION_START_TAG,
    ENVIRONMENT.name: ENVIRONMENT_TAG,
    METRICS.name: METRICS_TAG,
}
"""The tag under which each kind of record lies that `make_facts` takes."""

Said = Sequence[tuple[float, Any]]
"""Records of one kind in the order in which they were written: wall time in seconds since the Unix epoch, value."""


def make_facts(said: Mapping[str, Said]) -> Facts:
    """What records say of a run.

    Args:
        said: The records of each kind in `FACT_TAGS`; kinds may be missing.
    """
    newest = max(enumerate(said.get(STATUS.name, ())), key=lambda one: (one[1][0], one[0]), default=None)
    status_time, status = (float("nan"), None) if newest is None else newest[1]
    info = RunInfo()
    for _, more in said.get(RUN_INFO.name, ()):
        info = info.updated(more)
    config: dict[str, Any] = {}
    for _, more in said.get(CONFIG.name, ()):
        config = merge(config, more)
    hparams: dict[str, Any] = {}
    for _, start in said.get(HPARAMS.name, ()):
        hparams |= getattr(start, "hparams", {})
    return Facts(
        status=status,
        status_time=status_time,
        info=info,
        config=config,
        hparams=hparams | flatten(config),
        environment=next((environment for _, environment in reversed(said.get(ENVIRONMENT.name, ()))), None),
        metrics={metric.tag: metric for _, metric in said.get(METRICS.name, ())},
    )


def read_facts(log: HasBlobs) -> Facts:
    """Reads what a run says of itself. A record that cannot be decoded is passed over.

    Raises:
        OSError: If a file cannot be read.
        EOFError: If one was cut since its places were noted.
    """
    said: dict[str, Said] = {}
    for name, tag in FACT_TAGS.items():
        places = _find(log, KINDS[name], tag)
        if places is None:
            continue
        found: Iterable[tuple[int, Any]] = _iter_values(KINDS[name], places)
        if name == STATUS.name:  # of many heartbeats only the newest counts
            newest_first = np.argsort(places.wall_times, kind="stable")[::-1]
            found = itertools.islice(_iter_values(STATUS, places, newest_first), 1)
        said[name] = [(float(places.wall_times[number]), value) for number, value in found]
    return make_facts(said)


def read_annotations(log: HasBlobs) -> tuple[Mark, ...]:
    """Reads the annotations of a run, in the order in which they were written.

    Raises:
        OSError: If a file cannot be read.
        EOFError: If one was cut since its places were noted.
    """
    places = _find(log, ANNOTATIONS, ANNOTATIONS_TAG)
    return () if places is None else make_marks(places, _iter_values(ANNOTATIONS, places))


def make_marks(places: Blobs, annotations: Iterable[tuple[int, Annotation]]) -> tuple[Mark, ...]:
    """Puts annotations in their places.

    Args:
        places: Of all annotations of a run.
        annotations: `(number, annotation)`, the number that of its place.
    """
    steps, times, is_superseded = places.steps, places.wall_times, places.is_superseded
    return tuple(
        Mark(int(steps[number]), float(times[number]), annotation, bool(is_superseded[number]))
        for number, annotation in annotations
    )


def read_console(log: HasBlobs) -> tuple[ConsoleText, ...]:
    """Reads what a run printed.

    Raises:
        OSError: If a file cannot be read.
        EOFError: If one was cut since its places were noted.
    """
    return tuple(read_all(log, CONSOLE, CONSOLE_TAG))


def read_all(log: HasBlobs, kind: Kind, tag: str) -> list[Any]:
    """All values of a tag that can be decoded, in the order in which they were written.

    Raises:
        OSError: If a file cannot be read.
        EOFError: If one was cut since its places were noted.
    """
    return [value for _, value in _iter_values(kind, _find(log, kind, tag))]


def _find(log: HasBlobs, kind: Kind, tag: str) -> Blobs | None:
    try:
        return log.blobs(tag, kind.name)
    except KeyError:
        return None


def _iter_values(kind: Kind, places: Blobs | None, order: Any = None) -> Iterator[tuple[int, Any]]:
    """The values that can be decoded, with their numbers, in file order or another."""
    if places is None:
        return
    for number in range(len(places)) if order is None else order:
        blob = read_blob(places.paths[number], int(places.offsets[number]), int(places.lengths[number]))
        try:
            yield int(number), kind.decode(blob)
        except ValueError:
            continue
