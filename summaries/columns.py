"""What reading an event file gives: tags, columns of scalars, places of all else, and the file's health.

Every array is a column: row i of one belongs to row i of its neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

GRAPH_TAG = "__run_graph__"
"""Tag under which `Event.graph_def` is found; the event itself has none. The name is TensorBoard's."""
META_GRAPH_TAG = "__meta_graph__"
"""Tag under which the graph inside `Event.meta_graph_def` is found."""


@dataclass(frozen=True)
class Tag:
    """A time series of one file: what its name is and what kind of value it holds.

    A name that is used for two kinds makes two tags.

    Attributes:
        name: As the program gave it; `/` groups.
        kind: A name in `summaries.kinds.KINDS` where it has a member there, else TensorBoard's plugin name, or
            `tensors`.
        plugin_name: As written in the metadata, "" where there was none.
        display_name: As written in the metadata, "" where there was none.
        description: Markdown, as written in the metadata, "" where there was none.
        folded_from: The sub-run that it was folded from (`summaries.folding`), "" where it was in the run itself.
    """

    name: str
    kind: str
    plugin_name: str = ""
    display_name: str = ""
    description: str = ""
    folded_from: str = ""


@dataclass(frozen=True)
class Problem:
    """A stretch of a file that could not be read.

    Attributes:
        offset: Where it begins, in bytes from the start of the file.
        reason: What is wrong there.
        num_bytes: How long it is.
    """

    offset: int
    reason: str
    num_bytes: int


@dataclass(frozen=True)
class FileHealth:
    """How reading a file went, from its beginning until now.

    Attributes:
        path: The file.
        num_bytes_read: Bytes that are settled: read or given up.
        num_records: Records read.
        problems: What was given up, in file order.
        is_torn: Whether the file ends inside a record. In a growing file the rest is still to come.
    """

    path: Path
    num_bytes_read: int
    num_records: int
    problems: tuple[Problem, ...]
    is_torn: bool


@dataclass(frozen=True)
class FileState:
    """All that a reader must know of a file to go on where it stopped, in a later process too.

    Attributes:
        identity: What tells the file from another one under the same path: device and inode, or a remote store's word.
        head: Its first bytes, at most 64.
        offset: Where the next read begins; all bytes before are settled.
        size: Its size in bytes at the last read.
        mtime_ns: When it last changed, in nanoseconds since the Unix epoch, as of the last read.
        num_records: Records read.
        problems: What was given up, in file order.
        is_torn: Whether it ended inside a record.
        tags: All tags found; an id is an index into it.
    """

    identity: str
    head: bytes
    offset: int
    size: int
    mtime_ns: int
    num_records: int
    problems: tuple[Problem, ...]
    is_torn: bool
    tags: tuple[Tag, ...]


@dataclass(frozen=True)
class Purge:
    """A writer began again: what it wrote before with `step` or later is superseded.

    Attributes:
        step: The step it went back to.
        rows: How many scalars of each tag stand before it in the batch. Shape (t,).
        blob_rows: How many blobs of each tag stand before it in the batch. Shape (t,).
    """

    step: int
    rows: Ints
    blob_rows: Ints


@dataclass(frozen=True)
class Columns:
    """What a stretch of a file holds, tag by tag.

    Rows stand grouped by tag, in order of tag id; within a tag in the order of the file. There are t tags: those of
    the file up to the end of the stretch, with or without a row.

    Attributes:
        steps: Steps of the scalars. Shape (n,).
        wall_times: Seconds since the Unix epoch. Shape (n,).
        values: The scalars. Shape (n,).
        starts: The scalars of tag i are rows `starts[i]:starts[i + 1]`. Shape (t + 1,).
        blob_steps: Steps of the blobs. Shape (m,).
        blob_wall_times: Seconds since the Unix epoch. Shape (m,).
        blob_offsets: Where the bytes of the blob begin in the file: a `Summary.Value`, or a graph. Shape (m,).
        blob_lengths: How many bytes they are. Shape (m,).
        blob_starts: The blobs of tag i are rows `blob_starts[i]:blob_starts[i + 1]`. Shape (t + 1,).
        purges: Where a writer began again, in file order.
    """

    steps: Ints
    wall_times: Floats
    values: Floats
    starts: Ints
    blob_steps: Ints
    blob_wall_times: Floats
    blob_offsets: Ints
    blob_lengths: Ints
    blob_starts: Ints
    purges: tuple[Purge, ...]

    @property
    def num_tags(self) -> int:
        """How many tags the file had at the end of the stretch."""
        return len(self.starts) - 1


SCALAR_COLUMNS = ("steps", "wall_times", "values")
"""Names of the columns that `starts` divides."""
BLOB_COLUMNS = ("blob_steps", "blob_wall_times", "blob_offsets", "blob_lengths")
"""Names of the columns that `blob_starts` divides."""


@dataclass(frozen=True)
class Batch(Columns):
    """What one read of one file brought.

    Attributes:
        tags: All tags of this file so far. Ids are indices into it and never change; metadata may come later.
        health: The file's health after this read.
    """

    tags: tuple[Tag, ...]
    health: FileHealth


def make_batch(columns: Columns, tags: tuple[Tag, ...], health: FileHealth) -> Batch:
    """A batch with the arrays of `columns`."""
    return Batch(**vars(columns), tags=tags, health=health)


def make_empty_columns(num_tags: int = 0) -> Columns:
    """Columns without a row."""
    ints, floats = np.zeros(0, dtype=np.int64), np.zeros(0)
    starts = np.zeros(num_tags + 1, dtype=np.int64)
    return Columns(ints, floats, floats, starts, ints, floats, ints, ints, starts, ())


def merge_columns(parts: Sequence[Columns]) -> Columns:
    """The columns of adjoining stretches of one file, the first one first."""
    if len(parts) <= 1:
        return parts[0] if parts else make_empty_columns()
    num_tags = max(part.num_tags for part in parts)
    starts = [_extend(part.starts, num_tags) for part in parts]
    blob_starts = [_extend(part.blob_starts, num_tags) for part in parts]
    scalars = {name: [getattr(part, name) for part in parts] for name in SCALAR_COLUMNS}
    blobs = {name: [getattr(part, name) for part in parts] for name in BLOB_COLUMNS}
    return Columns(
        **_interleave(scalars, starts),
        starts=np.sum(starts, axis=0),
        **_interleave(blobs, blob_starts),
        blob_starts=np.sum(blob_starts, axis=0),
        purges=_merge_purges(parts, starts, blob_starts),
    )


def _extend(starts: Ints, num_tags: int) -> Ints:
    """The same starts with tags without rows at the end."""
    if len(starts) == num_tags + 1:
        return starts
    return np.pad(starts, (0, num_tags + 1 - len(starts)), mode="edge")


def _interleave(columns: dict[str, list[npt.NDArray[Any]]], starts: list[Ints]) -> dict[str, npt.NDArray[Any]]:
    """Puts the rows of all parts together, tag by tag."""
    places = _find_places(starts)
    merged = {}
    for name, parts in columns.items():
        column = merged[name] = np.empty(sum(map(len, parts)), dtype=parts[0].dtype)
        for part, rows in zip(parts, places, strict=True):
            column[rows] = part
    return merged


def _find_places(starts: list[Ints]) -> list[Ints]:
    """For each part, the row of the merged columns to which each of its rows goes."""
    counts = np.diff(np.array(starts))  # (parts, tags)
    ends = np.cumsum(counts, axis=0)
    firsts = np.sum(starts, axis=0)[:-1] + ends - counts
    return [
        np.arange(part[-1]) + np.repeat(first - part[:-1], count)
        for part, first, count in zip(starts, firsts, counts, strict=True)
    ]


def _merge_purges(parts: Sequence[Columns], starts: list[Ints], blob_starts: list[Ints]) -> tuple[Purge, ...]:
    """The purges of all parts, counting the rows of the parts before theirs too."""
    rows = blob_rows = np.zeros(len(starts[0]) - 1, dtype=np.int64)
    purges: list[Purge] = []
    for part, begins, blob_begins in zip(parts, starts, blob_starts, strict=True):
        for purge in part.purges:
            missing = (0, len(rows) - len(purge.rows))
            before, blobs_before = np.pad(purge.rows, missing), np.pad(purge.blob_rows, missing)
            purges.append(Purge(purge.step, rows + before, blob_rows + blobs_before))
        rows, blob_rows = rows + np.diff(begins), blob_rows + np.diff(blob_begins)
    return tuple(purges)
