"""What the index says of one event file: a row of its table `files`, in both directions."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from dashboard.store.tally import Tally
from summaries import FileState, Problem, Tag
from summaries.columns import Purge
from summaries.run import Extent

_COLUMNS = (
    "run", "path", "tag_list", "state_tag_list", "identity", "head", "read_bytes", "size", "mtime_ns", "num_records",
    "problems", "is_torn", "num_rows", "num_blob_rows", "purges", "num_points", "first_wall_time", "last_wall_time",
    "series_tallies",
)  # fmt: skip
_EMPTY = "[]"
INSERT_FILE = f"INSERT INTO files ({', '.join(_COLUMNS)}) VALUES ({', '.join(f':{name}' for name in _COLUMNS)})"
UPDATE_FILE = f"UPDATE files SET {', '.join(f'{name} = :{name}' for name in _COLUMNS)} WHERE id = :id"


@dataclass(frozen=True)
class IndexedFile:
    """What the index says of one event file.

    Attributes:
        number: Its number in the index; None if it has none yet.
        run: Name of its run.
        path: The file.
        tags: Its tags; an id is an index into it. Names differ from those in `state` where its run was folded.
        state: Where reading it stands.
        extent: How many rows are in the index.
        tally: What is counted of them.
        series_tallies: What is counted of each scalar tag: `series_tally.encode_tallies`.
    """

    number: int | None
    run: str
    path: Path
    tags: tuple[Tag, ...]
    state: FileState
    extent: Extent
    tally: Tally
    series_tallies: bytes


def encode_file(file: IndexedFile, tag_list: int, state_tag_list: int) -> dict[str, Any]:
    """The values of a row, by name."""
    state, extent, tally = file.state, file.extent, file.tally
    return {
        "id": file.number,
        "run": os.fsencode(file.run),
        "path": os.fsencode(file.path),
        "tag_list": tag_list,
        "state_tag_list": state_tag_list,
        "identity": state.identity,
        "head": state.head,
        "read_bytes": state.offset,
        "size": state.size,
        "mtime_ns": state.mtime_ns,
        "num_records": state.num_records,
        "problems": json.dumps([dataclasses.astuple(problem) for problem in state.problems]),
        "is_torn": state.is_torn,
        "num_rows": extent.num_rows.astype("<i8").tobytes(),
        "num_blob_rows": extent.num_blob_rows.astype("<i8").tobytes(),
        "purges": json.dumps([[purge.step, purge.rows.tolist(), purge.blob_rows.tolist()] for purge in extent.purges]),
        "num_points": tally.num_points,
        "first_wall_time": _or_none(tally.first_wall_time),
        "last_wall_time": _or_none(tally.last_wall_time),
        "series_tallies": file.series_tallies,
    }


def decode_file(row: tuple[Any, ...], tag_lists: Mapping[int, tuple[Tag, ...]]) -> IndexedFile:
    """What a row of the table says.

    Raises:
        ValueError: If it is none that `encode_file` made.
    """
    number, run, path, tag_list, state_tag_list, *state = row[:13]
    num_rows, num_blob_rows, purges, num_points, first, last, series_tallies = row[13:]
    return IndexedFile(
        number=number,
        run=os.fsdecode(run),
        path=Path(os.fsdecode(path)),
        tags=tag_lists[tag_list],
        state=_decode_state(state, tag_lists[state_tag_list]),
        extent=Extent(np.frombuffer(num_rows, "<i8"), np.frombuffer(num_blob_rows, "<i8"), _decode_purges(purges)),
        tally=Tally(num_points, _or_nan(first), _or_nan(last)),
        series_tallies=series_tallies,
    )


def _decode_state(row: Sequence[Any], tags: tuple[Tag, ...]) -> FileState:
    identity, head, offset, size, mtime_ns, num_records, problems, is_torn = row
    found = () if problems == _EMPTY else tuple(Problem(*fields) for fields in json.loads(problems))
    return FileState(identity, head, offset, size, mtime_ns, num_records, found, bool(is_torn), tags)


def _decode_purges(text: str) -> tuple[Purge, ...]:
    if text == _EMPTY:
        return ()
    return tuple(
        Purge(step, np.array(rows, dtype=np.int64), np.array(blob_rows, dtype=np.int64))
        for step, rows, blob_rows in json.loads(text)
    )


def encode_tags(tags: tuple[Tag, ...]) -> tuple[bytes, str]:
    """The tags of a file as text, and a digest of it that no other list has."""
    text = json.dumps([list(vars(tag).values()) for tag in tags], separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).digest(), text


def decode_tags(text: str) -> tuple[Tag, ...]:
    """The tags that were encoded."""
    return tuple(Tag(*fields) for fields in json.loads(text))


def _or_none(wall_time: float) -> float | None:
    return None if math.isnan(wall_time) else wall_time


def _or_nan(wall_time: float | None) -> float:
    return math.nan if wall_time is None else wall_time
