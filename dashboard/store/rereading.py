"""Reads the front of an event file once more: what a store had of it, and lost."""

from __future__ import annotations

from pathlib import Path

from summaries import Batch, EventFileReader, FileState
from summaries.remote_files import RemoteSource, is_remote_path
from summaries.sources import LocalSource, Source


def read_front(path: Path, state: FileState) -> Batch | None:
    """The rows up to where reading stands; None if the file is another one now, was cut, or cannot be read.

    Args:
        path: The file.
        state: Where reading it stands.
    """

    def open_front(name: Path) -> Source:
        source: Source = RemoteSource(name) if is_remote_path(name) else LocalSource(name)
        source.size = min(source.size, state.offset)
        return source

    try:
        with EventFileReader(path, open_source=open_front) as reader:
            batch = reader.read()
            read = reader.state
    except (OSError, ImportError):
        return None
    is_same = (read.identity, read.head, read.size) == (state.identity, state.head, state.offset)
    return batch if is_same else None
