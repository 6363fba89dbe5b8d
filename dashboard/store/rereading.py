"""Reads the front of an event file once more: what a store had of it, and lost."""

from __future__ import annotations

from pathlib import Path

from summaries import Batch, EventFileReader, FileState
from summaries.sources import LocalSource


def read_front(path: Path, state: FileState) -> Batch | None:
    """The rows up to where reading stands; None if it is another file now, or cannot be read.

    Args:
        path: The file.
        state: Where reading it stands.
    """

    def open_front(name: Path) -> LocalSource:
        source = LocalSource(name)
        source.size = min(source.size, state.offset)
        return source

    try:
        with EventFileReader(path, open_source=open_front) as reader:
            batch = reader.read()
            is_same = reader.state.identity == state.identity and reader.state.head == state.head
    except OSError:
        return None
    return batch if is_same and batch.health.num_bytes_read == state.offset else None
