"""Reads a whole logdir at once, for programs and notebooks.

Synopsis:
    >>> import tempfile
    >>> from summaries.writer import SummaryWriter
    >>> with SummaryWriter(tempfile.mkdtemp()) as writer:
    ...     writer.add_scalar("loss", 0.5, global_step=3)
    >>> run = load(writer.log_dir).runs["."]
    >>> run.scalars["loss"].steps, run.scalars["loss"].values
    (array([3]), array([0.5]))
    >>> load(writer.log_dir).to_pandas()[["run", "tag", "step", "value", "superseded"]]
      run   tag  step  value  superseded
    0   .  loss     3    0.5       False
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from summaries.by_tag import BlobSeries, ByTag, make_columns
from summaries.columns import FileHealth, Tag
from summaries.facts import Facts, Mark, read_annotations, read_console, read_facts
from summaries.frames import Columns, Frame, Framed, make_hparam_columns
from summaries.kinds import ConsoleText
from summaries.logdir_tail import LogdirTail
from summaries.logdirs import AnyPath, Logdir
from summaries.name_filter import NameFilter
from summaries.remote_files import has_files, to_path
from summaries.run import RunLog
from summaries.series import Series
from summaries.walk import FolderProblem


class Run(Framed):
    """One run of a logdir; as a table, its scalars.

    Attributes:
        name: Path of its folder relative to the logdir, `.` for the logdir itself.
        health: How reading each of its files went.
    """

    def __init__(self, name: str, log: RunLog, is_tag: Callable[[str], bool] = lambda tag: True) -> None:
        self.name = name
        self.health: tuple[FileHealth, ...] = log.health
        self._log = log
        self._is_tag = is_tag

    @cached_property
    def tags(self) -> tuple[Tag, ...]:
        """The tags that were asked for."""
        return tuple(tag for tag in self._log.tags if self._is_tag(tag.name))

    @cached_property
    def scalars(self) -> ByTag[Series]:
        """`Series` by tag."""
        return ByTag(self.name, "scalars", self._names("scalars"), self._log.series)

    def blobs(self, kind: str) -> ByTag[BlobSeries]:
        """Series of any other kind by tag."""
        return ByTag(self.name, kind, self._names(kind), lambda tag: BlobSeries(kind, self._log.blobs(tag, kind)))

    @property
    def histograms(self) -> ByTag[BlobSeries]:
        """Series of `Histogram` by tag."""
        return self.blobs("histograms")

    @property
    def texts(self) -> ByTag[BlobSeries]:
        """Series of strings by tag."""
        return self.blobs("text")

    @property
    def graphs(self) -> ByTag[BlobSeries]:
        """Series of `GraphDef` by tag."""
        return self.blobs("graphs")

    @property
    def images(self) -> ByTag[BlobSeries]:
        """Series of `Images` by tag; videos are among them."""
        return self.blobs("images")

    @property
    def audio(self) -> ByTag[BlobSeries]:
        """Series of `Audio` by tag."""
        return self.blobs("audio")

    @property
    def meshes(self) -> ByTag[BlobSeries]:
        """Series of `MeshPart` by tag: the mesh's name and `_VERTEX`, `_FACE` or `_COLOR`."""
        return self.blobs("mesh")

    @property
    def pr_curves(self) -> ByTag[BlobSeries]:
        """Series of `PrCurve` by tag."""
        return self.blobs("pr_curves")

    @property
    def tensors(self) -> ByTag[BlobSeries]:
        """Series of arrays by tag."""
        return self.blobs("tensors")

    @property
    def tables(self) -> ByTag[BlobSeries]:
        """Series of `Table` by tag."""
        return self.blobs("tables")

    @property
    def facts(self) -> Facts:
        """What the run says of itself: status, name, config, environment, metrics."""
        return read_facts(self._log)

    @property
    def annotations(self) -> tuple[Mark, ...]:
        """What happened, and at which step."""
        return read_annotations(self._log)

    @property
    def console(self) -> tuple[ConsoleText, ...]:
        """What the program printed, piece by piece."""
        return read_console(self._log)

    def _columns(self) -> Columns:
        return make_columns("scalars", [self.scalars])

    def _names(self, kind: str) -> list[str]:
        return [tag.name for tag in self.tags if tag.kind == kind]


@dataclass(frozen=True)
class Log(Framed):
    """What some logdirs hold; as a table, the scalars of all runs.

    Attributes:
        logdirs: The logdirs, as they were understood.
        runs: The runs by name, sorted.
        problems: Folders that could not be looked into.
    """

    logdirs: tuple[Logdir, ...]
    runs: dict[str, Run]
    problems: tuple[FolderProblem, ...] = ()

    @property
    def histograms(self) -> Frame:
        """A table of the histograms of all runs: one row a bucket."""
        return Frame(lambda: make_columns("histograms", [run.histograms for run in self.runs.values()]))

    @property
    def texts(self) -> Frame:
        """A table of the texts of all runs."""
        return Frame(lambda: make_columns("text", [run.texts for run in self.runs.values()]))

    @property
    def hparams(self) -> Frame:
        """A table of the hparams and configs of all runs: one row a run, also for one that has none."""
        return Frame(lambda: make_hparam_columns([(run.name, run.facts.hparams) for run in self.runs.values()]))

    def _columns(self) -> Columns:
        return make_columns("scalars", [run.scalars for run in self.runs.values()])


def load(
    logdir: AnyPath | Sequence[AnyPath],
    *,
    runs: str | Collection[str] | None = None,
    tags: str | Collection[str] | None = None,
) -> Log:
    """Reads the runs under `logdir` as they are now.

    The files count as finished: an unfinished record is a problem in `Run.health`, and so is a file that cannot be
    read.

    Args:
        logdir: The folder given to the writer, or one above it; also `name=folder`, a pattern as `runs/2024-*`, an
            address as `s3://bucket/runs`, or several of these.
        runs: Names of the runs to read, or patterns as `train*`; `*` stands for `/` too. All if None.
        tags: Likewise for tags.

    Raises:
        FileNotFoundError: If there is no such folder; in an object store, nothing whose name begins so.
        OSError: If an object store cannot be asked.
        ImportError: If its library is not installed; the message names the extra.
        ValueError: If `logdir` is not one.
    """
    is_run, is_tag = NameFilter(runs), NameFilter(tags)
    tail = LogdirTail(logdir, is_finished=True, is_wanted=is_run.may_concern)
    logs: dict[str, RunLog] = {}
    for update in tail.iter_updates():
        logs.setdefault(update.run, RunLog()).update(update.path, update.batch, is_replaced=update.is_replaced)
    unreached = {str(problem.path): problem.reason for problem in tail.problems}
    for place in tail.logdirs:
        if place.is_remote and str(to_path(place.path)) in unreached:
            raise OSError(f"could not read {place.label!r} ({unreached[str(to_path(place.path))]}). Check the address.")
        if not (has_files(place) if place.is_remote else place.exists):
            state = "is no folder" if os.path.lexists(place.path) else "does not exist"
            raise FileNotFoundError(
                f"log directory {place.label!r} {state}. Pass load the folder given to SummaryWriter."
            )
    found = {name: Run(name, logs[name], is_tag) for name in sorted(logs) if is_run(name) and logs[name].health}
    return Log(tail.logdirs, found, tail.problems)
