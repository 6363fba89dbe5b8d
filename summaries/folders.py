"""Files beside the event files of a run, on this machine or in an object store.

Synopsis:
    >>> import tempfile
    >>> folder = open_folder(tempfile.mkdtemp())
    >>> folder.write("00003/default/tensors.tsv", b"0.5")
    >>> folder.find("00003/default/tensors.tsv"), folder.find("no such file")
    (b'0.5', None)
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol

from summaries.event_file import is_remote


class Folder(Protocol):
    """A run's folder."""

    def find(self, name: str) -> bytes | None:
        """What a file holds, None if there is none.

        Raises:
            OSError: If it cannot be read.
        """

    def write(self, name: str, data: bytes) -> None:
        """Puts a whole file in place at once: someone may be reading the old one.

        Raises:
            OSError: If it cannot be written.
        """


class LocalFolder:
    """A folder on this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def find(self, name: str) -> bytes | None:
        """See `Folder`."""
        try:
            return (self._path / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes) -> None:
        """See `Folder`."""
        path = self._path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.write_bytes(data)
        draft.replace(path)


class RemoteFolder:
    """A folder in an object store, which puts whole files in place by itself."""

    def __init__(self, system: Any, path: str) -> None:
        self._system = system
        self._path = path

    def find(self, name: str) -> bytes | None:
        """See `Folder`."""
        try:
            data: bytes = self._system.cat_file(f"{self._path}/{name}")
        except FileNotFoundError:
            return None
        return data

    def write(self, name: str, data: bytes) -> None:
        """See `Folder`."""
        self._system.pipe_file(f"{self._path}/{name}", data)


def open_folder(log_dir: str) -> Folder:
    """The folder of a run.

    Args:
        log_dir: Its path, or its address.

    Raises:
        OSError: If there is no such kind of address.
        ImportError: If an address needs a library that is not installed.
    """
    if not is_remote(log_dir):
        return LocalFolder(Path(log_dir.removeprefix("file://")))
    from summaries.remote import connect

    return RemoteFolder(*connect(log_dir))
