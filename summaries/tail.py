"""Iterates over the points that are being written, for programs that react to them.

Synopsis:
    >>> import tempfile
    >>> from summaries.writer import SummaryWriter
    >>> with SummaryWriter(tempfile.mkdtemp()) as writer:
    ...     points = tail(writer.log_dir)
    ...     writer.add_scalar("loss", 0.5, global_step=3, walltime=100.0)
    ...     writer.flush()
    ...     next(points)
    Point(run='.', tag='loss', step=3, wall_time=100.0, value=0.5)
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from summaries.logdir_tail import LogdirTail, RunUpdate
from summaries.logdirs import AnyPath
from summaries.name_filter import NameFilter
from summaries.watching import iter_changes


class Point(NamedTuple):
    """A point of a time series, and where it belongs.

    Attributes:
        run: Name of the run.
        tag: Name of the series.
        step: As the program gave it.
        wall_time: Seconds since the Unix epoch.
        value: The scalar.
    """

    run: str
    tag: str
    step: int
    wall_time: float
    value: float


def tail(
    logdir: AnyPath | Sequence[AnyPath],
    *,
    runs: str | Collection[str] | None = None,
    tags: str | Collection[str] | None = None,
    is_from_start: bool = False,
    timeout_secs: float | None = None,
    stop: threading.Event | None = None,
    poll_secs: float = 1.0,
) -> Iterator[Point]:
    """Iterates over scalars as they are written, each once, a file's in the order of its tags.

    What is there already is read before this returns, so that every point written afterwards comes. The points of a
    file that is replaced come again, and so do those of a sub-run that turns out to be a run of its own.

    Args:
        logdir: As `summaries.load` takes it. It need not exist yet.
        runs: Names or patterns of the runs; all if None.
        tags: Names or patterns of the tags; all if None.
        is_from_start: Whether the points that are there already come first.
        timeout_secs: Ends the iteration when no point came for so long; it goes on for ever if None.
        stop: Ends the iteration, within `poll_secs`, when it is set from another thread.
        poll_secs: How often to look where the system does not tell of changes.

    Raises:
        ValueError: If `logdir` is not one.
    """
    is_run, is_tag = NameFilter(runs), NameFilter(tags)
    followed = LogdirTail(logdir, is_wanted=is_run.may_concern)
    first = [update for update in followed.iter_updates() if is_from_start]

    def iterate() -> Iterator[Point]:
        end = stop or threading.Event()
        for update in first:
            yield from _iter_points(update, is_run, is_tag)
        first.clear()
        last_time = time.monotonic()
        wait_secs = poll_secs if timeout_secs is None else min(poll_secs, timeout_secs)
        for changed in iter_changes(
            lambda: followed.tops, end, poll_secs=wait_secs, is_local=lambda: followed.is_local
        ):
            for update in followed.iter_updates(changed):
                for point in _iter_points(update, is_run, is_tag):
                    yield point
                    last_time = time.monotonic()
            if timeout_secs is not None and time.monotonic() - last_time >= timeout_secs:
                return

    return iterate()


def _iter_points(update: RunUpdate, is_run: NameFilter, is_tag: NameFilter) -> Iterator[Point]:
    if not is_run(update.run):
        return
    batch = update.batch
    for number, tag in enumerate(batch.tags[: batch.num_tags]):
        if tag.kind != "scalars" or not is_tag(tag.name):
            continue
        rows = slice(int(batch.starts[number]), int(batch.starts[number + 1]))
        columns = (batch.steps[rows].tolist(), batch.wall_times[rows].tolist(), batch.values[rows].tolist())
        for step, wall_time, value in zip(*columns, strict=True):
            yield Point(update.run, tag.name, step, wall_time, value)
