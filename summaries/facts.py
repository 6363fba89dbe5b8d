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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from summaries.kinds import (
    ANNOTATIONS,
    CONFIG,
    CONSOLE,
    ENVIRONMENT,
    HPARAMS,
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
from summaries.run import Blobs, RunLog


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


def read_facts(log: RunLog) -> Facts:
    """Reads what a run says of itself. A record that cannot be decoded is passed over.

    Raises:
        OSError: If a file cannot be read.
        EOFError: If one was cut since its places were noted.
    """
    places = _find(log, STATUS, STATUS_TAG)
    newest = np.argsort(places.wall_times, kind="stable")[::-1] if places is not None else ()
    found = next(((number, status) for number, status in _iter_values(STATUS, places, newest)), None)
    info = RunInfo()
    for said in _read_all(log, RUN_INFO, RUN_INFO_TAG):
        info = info.updated(said)
    config: dict[str, Any] = {}
    for said in _read_all(log, CONFIG, CONFIG_TAG):
        config = merge(config, said)
    return Facts(
        status=None if found is None else found[1],
        status_time=float("nan") if found is None or places is None else float(places.wall_times[found[0]]),
        info=info,
        config=config,
        hparams=_read_hparams(log) | flatten(config),
        environment=next(reversed(_read_all(log, ENVIRONMENT, ENVIRONMENT_TAG)), None),
        metrics={metric.tag: metric for metric in _read_all(log, METRICS, METRICS_TAG)},
    )


def read_annotations(log: RunLog) -> tuple[Mark, ...]:
    """Reads the annotations of a run, in the order in which they were written.

    Raises:
        OSError: If a file cannot be read.
        EOFError: If one was cut since its places were noted.
    """
    places = _find(log, ANNOTATIONS, ANNOTATIONS_TAG)
    if places is None:
        return ()
    steps, times, is_superseded = places.steps, places.wall_times, places.is_superseded
    return tuple(
        Mark(int(steps[number]), float(times[number]), annotation, bool(is_superseded[number]))
        for number, annotation in _iter_values(ANNOTATIONS, places)
    )


def read_console(log: RunLog) -> tuple[ConsoleText, ...]:
    """Reads what a run printed.

    Raises:
        OSError: If a file cannot be read.
        EOFError: If one was cut since its places were noted.
    """
    return tuple(_read_all(log, CONSOLE, CONSOLE_TAG))


def _read_hparams(log: RunLog) -> dict[str, Any]:
    hparams: dict[str, Any] = {}
    for start in _read_all(log, HPARAMS, SESSION_START_TAG):
        hparams |= getattr(start, "hparams", {})
    return hparams


def _read_all(log: RunLog, kind: Kind, tag: str) -> list[Any]:
    return [value for _, value in _iter_values(kind, _find(log, kind, tag))]


def _find(log: RunLog, kind: Kind, tag: str) -> Blobs | None:
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
