"""What event files hold, counted file by file: no more than the columns of one file are in memory at a time.

Synopsis:
    >>> import tempfile
    >>> from summaries import SummaryWriter
    >>> with SummaryWriter(tempfile.mkdtemp()) as writer:
    ...     writer.add_scalar("loss", float("nan"), 7)
    >>> report = inspect([writer.log_dir], index="off")
    >>> [(tag.name, tag.num_values, tag.first_step, tag.num_non_finite) for tag in report.files[0].tags]
    [('__run__/status', 2, 0, 0), ('loss', 1, 7, 1)]
"""

from __future__ import annotations

import math
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dashboard.health import iter_sentences
from dashboard.inspection.passed_over import PassedOver, find_passed_over
from dashboard.settings import Settings
from dashboard.store.index_files import IndexFacts, describe
from dashboard.store.opening import OFF
from summaries import Batch, EventFileReader, FileHealth, FolderProblem, LogdirTail, Problem, find_compiled, show_path


@dataclass(frozen=True)
class TagReport:
    """The values of a tag, in one file or in several.

    Attributes:
        name: As logged.
        kind: `scalars`, `histograms`, …
        num_values: Points, or values of any other kind.
        num_non_finite: Points that are NaN or infinite.
        first_step: The lowest step.
        last_step: The highest step.
        first_wall_time: Seconds since the epoch, UTC; NaN where no time is finite.
        last_wall_time: Seconds since the epoch, UTC; NaN where no time is finite.
    """

    name: str
    kind: str
    num_values: int
    num_non_finite: int
    first_step: int
    last_step: int
    first_wall_time: float
    last_wall_time: float

    @property
    def is_scalar(self) -> bool:
        """Whether its values are points."""
        return self.kind == "scalars"


@dataclass(frozen=True)
class FileReport:
    """What an event file holds.

    Attributes:
        path: The file.
        run: The run that it belongs to.
        num_bytes: Its size.
        num_records: Records that could be read.
        counts: Values of each kind.
        tags: Those that have a value, in the order in which they were first seen; none where nobody looked at them.
        problems: Places that could not be read.
        sentences: The same in words, and what else there is to say of the file.
        is_torn: Whether it ends inside a record.
    """

    path: Path
    run: str
    num_bytes: int
    num_records: int
    counts: Mapping[str, int]
    tags: tuple[TagReport, ...]
    problems: tuple[Problem, ...]
    sentences: tuple[str, ...]
    is_torn: bool


@dataclass(frozen=True)
class Report:
    """What files and logdirs hold.

    Attributes:
        paths: As they were given.
        has_logdirs: Whether one of them is a logdir rather than a file.
        files: Its event files, by run and name.
        unreadable: Folders that could not be looked into, and why.
        passed_over: What else lies in the logdirs, and why it was not read.
        seconds: How long reading took; NaN where it was done before.
        is_compiled: Whether the compiled scanner read them.
        index: The index of the logdirs; None for files, and where there is to be none.
    """

    paths: tuple[str, ...]
    has_logdirs: bool
    files: tuple[FileReport, ...]
    unreadable: tuple[tuple[str, str], ...]
    passed_over: PassedOver
    seconds: float
    is_compiled: bool
    index: IndexFacts | None

    @property
    def has_data(self) -> bool:
        """Whether anything could be read."""
        return any(file.num_records for file in self.files)


def inspect(paths: Sequence[str], index: str | None = None) -> Report:
    """Reads all event files of some logdirs, and single files.

    Args:
        paths: Files; and folders, patterns or addresses as `summaries.load` takes them.
        index: Folder of indexes, None for the user's cache folder, or `off`.

    Raises:
        FileNotFoundError: If there is no such file or folder.
        ValueError: If a path is empty, no logdir, or neither a file nor a folder.
    """
    if not all(paths):
        raise ValueError("path must name an event file or a logdir; got an empty one. Pass . for the working folder.")
    start = time.perf_counter()
    expanded = [os.path.expanduser(path) for path in paths]
    files = [_read_file(Path(path)) for path in expanded if os.path.isfile(path)]
    logdirs = [path for path in expanded if not os.path.isfile(path)]
    tail = LogdirTail(logdirs) if logdirs else None
    if tail is not None:
        _check_places(tail)
        files += _read_logdir(tail)
    return Report(
        paths=tuple(map(show_path, paths)),
        has_logdirs=tail is not None,
        files=tuple(files),
        unreadable=describe_folders(tail.problems) if tail else (),
        passed_over=find_passed_over(tail.logdirs) if tail else PassedOver(),
        seconds=time.perf_counter() - start,
        is_compiled=find_compiled()["scan"],
        index=describe_index(Settings(logdir=logdirs, index=index)) if logdirs else None,
    )


def describe_folders(problems: Iterable[FolderProblem]) -> tuple[tuple[str, str], ...]:
    """Folders that could not be looked into, and why."""
    return tuple((show_path(problem.path), problem.reason) for problem in problems)


def _check_places(tail: LogdirTail) -> None:
    for place in tail.logdirs:
        if place.exists or place.pattern:
            continue
        if os.path.exists(place.path):
            raise ValueError(
                f"{place.label!r} must be a file or a folder; got neither. Pass an event file or a logdir."
            )
        raise FileNotFoundError(f"{place.label!r} does not exist. Pass an event file, or a folder that holds some.")


def describe_index(settings: Settings) -> IndexFacts | None:
    """The index of the logdirs; None where there is to be none."""
    if settings.index == OFF:
        return None
    return describe(settings.logdir_key, Path(settings.index).expanduser() if settings.index else None)


def _read_file(path: Path) -> FileReport:
    with EventFileReader(path) as reader:
        try:
            batch = reader.read()
        except OSError as error:
            return _fail(path, f"could not be read: {error.strerror or error}")
        return _count(".", batch)


def _fail(path: Path, reason: str) -> FileReport:
    health = FileHealth(path, 0, 0, (Problem(0, reason, 0),), is_torn=False)
    return _make_report(".", health, ())


def _read_logdir(tail: LogdirTail) -> list[FileReport]:
    files: dict[Path, FileReport] = {}
    for update in tail.iter_updates():
        report, known = _count(update.run, update.batch), files.get(update.path)
        if known is not None and not update.is_replaced:  # the next slice of a large file
            tags = tuple(merge_tags([*known.tags, *report.tags]))
            report = replace(report, tags=tags, counts=_count_kinds(tags))
        files[update.path] = report
    return sorted(files.values(), key=lambda file: (file.run, file.path))


def _count(run: str, batch: Batch) -> FileReport:
    return _make_report(run, batch.health, tuple(_iter_tags(batch)))


def _make_report(run: str, health: FileHealth, tags: tuple[TagReport, ...]) -> FileReport:
    num_bytes = max(health.num_bytes_read, _find_size(health.path))
    return FileReport(
        path=health.path,
        run=run,
        num_bytes=num_bytes,
        num_records=health.num_records,
        counts=_count_kinds(tags),
        tags=tags,
        problems=health.problems,
        sentences=tuple(iter_sentences(health, num_bytes)),
        is_torn=health.is_torn,
    )


def _count_kinds(tags: Iterable[TagReport]) -> dict[str, int]:
    counts = Counter[str]()
    for tag in tags:
        counts[tag.kind] += tag.num_values
    return dict(counts)


def _find_size(path: Path) -> int:
    """The size of a file; 0 for one that is gone, or not on this machine."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _iter_tags(batch: Batch) -> Iterator[TagReport]:
    starts, blob_starts = batch.starts.tolist(), batch.blob_starts.tolist()
    for number, tag in enumerate(batch.tags):
        rows = slice(starts[number], starts[number + 1])
        blob_rows = slice(blob_starts[number], blob_starts[number + 1])
        steps = np.concatenate([batch.steps[rows], batch.blob_steps[blob_rows]])
        if steps.size:
            walls = np.concatenate([batch.wall_times[rows], batch.blob_wall_times[blob_rows]])
            walls = walls[np.isfinite(walls)]
            yield TagReport(
                name=tag.name,
                kind=tag.kind,
                num_values=int(steps.size),
                num_non_finite=int(np.count_nonzero(~np.isfinite(batch.values[rows]))),
                first_step=int(steps.min()),
                last_step=int(steps.max()),
                first_wall_time=_first(np.sort(walls)),
                last_wall_time=_first(np.sort(walls)[::-1]),
            )


def _first(walls: NDArray[np.float64]) -> float:
    return float(walls[0]) if walls.size else math.nan


def merge_tags(tags: Iterable[TagReport]) -> list[TagReport]:
    """The tags of several files, those of one name and kind as one, in the order in which they were first seen."""
    merged: dict[tuple[str, str], TagReport] = {}
    for tag in tags:
        known = merged.get((tag.name, tag.kind))
        merged[tag.name, tag.kind] = _merge(known, tag) if known else tag
    return list(merged.values())


def _merge(one: TagReport, other: TagReport) -> TagReport:
    return TagReport(
        name=one.name,
        kind=one.kind,
        num_values=one.num_values + other.num_values,
        num_non_finite=one.num_non_finite + other.num_non_finite,
        first_step=min(one.first_step, other.first_step),
        last_step=max(one.last_step, other.last_step),
        first_wall_time=float(np.fmin(one.first_wall_time, other.first_wall_time)),
        last_wall_time=float(np.fmax(one.last_wall_time, other.last_wall_time)),
    )
