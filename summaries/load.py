"""Reads a whole logdir at once, for programs and notebooks.

Synopsis:
    >>> import tempfile
    >>> from summaries.writer import SummaryWriter
    >>> with SummaryWriter(tempfile.mkdtemp()) as writer:
    ...     writer.add_scalar("loss", 0.5, global_step=3)
    >>> run = load(writer.log_dir).runs["."]
    >>> run.scalars["loss"].steps, run.scalars["loss"].values
    (array([3]), array([0.5]))
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, overload

from summaries import kinds
from summaries.columns import FileHealth
from summaries.facts import Facts, Mark, read_annotations, read_console, read_facts
from summaries.kinds import ConsoleText
from summaries.kinds.contract import find_metadata
from summaries.logdir_tail import LogdirTail
from summaries.logdirs import AnyPath, Logdir
from summaries.name_filter import NameFilter
from summaries.reader import read_blob
from summaries.run import Blobs, RunLog
from summaries.series import Series
from summaries.walk import FolderProblem

_Value = TypeVar("_Value")


class BlobSeries(Sequence[Any]):
    """A time series of anything but scalars; values are read from disk when asked for.

    Attributes:
        kind: The kind, which tells what the values are.
        places: Steps, wall times and places.
    """

    def __init__(self, kind: str, places: Blobs) -> None:
        self.kind = kind
        self.places = places

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        """The decoded value at `index`; bytes if the kind has no decoder.

        Raises:
            ValueError: If the bytes on disk are not of this kind.
        """
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        blob = self._read(index)
        return kinds.decode(self.kind, self._metadata + blob) if self.kind in kinds.KINDS else blob

    @cached_property
    def _metadata(self) -> bytes:
        """What the first value says of all of them, where the decoder asks for it."""
        return find_metadata(self._read(0)) if kinds.KINDS[self.kind].reads_metadata else b""

    def _read(self, index: int) -> bytes:
        places = self.places
        return read_blob(places.paths[index], int(places.offsets[index]), int(places.lengths[index]))


class _ByTag(Mapping[str, _Value]):
    """Series by tag, each made when it is first asked for."""

    def __init__(self, tags: Sequence[str], get: Callable[[str], _Value]) -> None:
        self._made: dict[str, _Value | None] = dict.fromkeys(tags)
        self._get = get

    def __getitem__(self, tag: str) -> _Value:
        made = self._made[tag]
        if made is None:
            made = self._made[tag] = self._get(tag)
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)

    def __repr__(self) -> str:
        return f"<{len(self)} tags: {', '.join(self)}>"


class Run:
    """One run of a logdir.

    Attributes:
        name: Path of its folder relative to the logdir, `.` for the logdir itself.
        tags: The tags that were asked for.
        health: How reading each of its files went.
        scalars: `Series` by tag.
    """

    def __init__(self, name: str, log: RunLog, is_tag: Callable[[str], bool] = lambda tag: True) -> None:
        self.name = name
        self.tags = tuple(tag for tag in log.tags if is_tag(tag.name))
        self.health: tuple[FileHealth, ...] = log.health
        self._log = log
        self.scalars: Mapping[str, Series] = _ByTag(self._names("scalars"), log.series)

    def blobs(self, kind: str) -> Mapping[str, BlobSeries]:
        """Series of any other kind by tag."""
        return _ByTag(self._names(kind), lambda tag: BlobSeries(kind, self._log.blobs(tag, kind)))

    @property
    def histograms(self) -> Mapping[str, BlobSeries]:
        """Series of `Histogram` by tag."""
        return self.blobs("histograms")

    @property
    def texts(self) -> Mapping[str, BlobSeries]:
        """Series of strings by tag."""
        return self.blobs("text")

    @property
    def graphs(self) -> Mapping[str, BlobSeries]:
        """Series of `GraphDef` by tag."""
        return self.blobs("graphs")

    @property
    def images(self) -> Mapping[str, BlobSeries]:
        """Series of `Images` by tag; videos are among them."""
        return self.blobs("images")

    @property
    def audio(self) -> Mapping[str, BlobSeries]:
        """Series of `Audio` by tag."""
        return self.blobs("audio")

    @property
    def meshes(self) -> Mapping[str, BlobSeries]:
        """Series of `MeshPart` by tag: the mesh's name and `_VERTEX`, `_FACE` or `_COLOR`."""
        return self.blobs("mesh")

    @property
    def pr_curves(self) -> Mapping[str, BlobSeries]:
        """Series of `PrCurve` by tag."""
        return self.blobs("pr_curves")

    @property
    def tensors(self) -> Mapping[str, BlobSeries]:
        """Series of arrays by tag."""
        return self.blobs("tensors")

    @property
    def tables(self) -> Mapping[str, BlobSeries]:
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

    def _names(self, kind: str) -> list[str]:
        return [tag.name for tag in self.tags if tag.kind == kind]


@dataclass(frozen=True)
class Log:
    """What some logdirs hold.

    Attributes:
        logdirs: The logdirs, as they were understood.
        runs: The runs by name, sorted.
        problems: Folders that could not be looked into.
    """

    logdirs: tuple[Logdir, ...]
    runs: dict[str, Run]
    problems: tuple[FolderProblem, ...] = ()


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
        FileNotFoundError: If there is no such folder.
        ValueError: If `logdir` is not one.
    """
    is_run, is_tag = NameFilter(runs), NameFilter(tags)
    tail = LogdirTail(logdir, is_finished=True, is_wanted=is_run.may_concern)
    logs: dict[str, RunLog] = {}
    for update in tail.iter_updates():
        logs.setdefault(update.run, RunLog()).update(update.path, update.batch, is_replaced=update.is_replaced)
    for place in tail.logdirs:
        if not (place.is_remote or place.pattern or os.path.isdir(place.path)):
            raise FileNotFoundError(
                f"log directory {place.label!r} does not exist. Pass load the folder given to SummaryWriter."
            )
    found = {name: Run(name, logs[name], is_tag) for name in sorted(logs) if is_run(name) and logs[name].health}
    return Log(tail.logdirs, found, tail.problems)
