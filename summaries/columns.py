"""What reading an event file gives: tags, columns of scalars, places of all else, and the file's health.

Every array is a column: row i of one belongs to row i of its neighbours. Rows stand in the order of the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
TagIds = npt.NDArray[np.int32]

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
    """

    name: str
    kind: str
    plugin_name: str = ""
    display_name: str = ""
    description: str = ""


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
class Purge:
    """A writer began again: what it wrote before with `step` or later is superseded.

    Attributes:
        step: The step it went back to.
        row: How many scalars of the batch stand before it in the file.
        blob_row: How many blobs of the batch stand before it in the file.
    """

    step: int
    row: int
    blob_row: int


@dataclass(frozen=True)
class Columns:
    """What a stretch of a file holds.

    Attributes:
        steps: Steps of the scalars. Shape (n,).
        wall_times: Seconds since the Unix epoch. Shape (n,).
        values: The scalars. Shape (n,).
        tag_ids: Index into the file's tags. Shape (n,).
        blob_tag_ids: Index into the file's tags. Shape (m,).
        blob_steps: Steps of the blobs. Shape (m,).
        blob_wall_times: Seconds since the Unix epoch. Shape (m,).
        blob_offsets: Where the bytes of the blob begin in the file: a `Summary.Value`, or a graph. Shape (m,).
        blob_lengths: How many bytes they are. Shape (m,).
        purges: Where a writer began again, in file order.
    """

    steps: Ints
    wall_times: Floats
    values: Floats
    tag_ids: TagIds
    blob_tag_ids: TagIds
    blob_steps: Ints
    blob_wall_times: Floats
    blob_offsets: Ints
    blob_lengths: Ints
    purges: tuple[Purge, ...]


@dataclass(frozen=True)
class Batch(Columns):
    """What one read of one file brought.

    Attributes:
        tags: All tags of this file so far. Ids are indices into it and never change.
        health: The file's health after this read.
    """

    tags: tuple[Tag, ...]
    health: FileHealth
