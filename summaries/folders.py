"""Files beside the event files of a run, on this machine or in an object store.

Synopsis:
    >>> import tempfile
    >>> folder = open_folder(tempfile.mkdtemp())
    >>> folder.write("00003/default/tensors.tsv", b"0.5")
    >>> folder.update("00003/default/tensors.tsv", lambda data: data + b", 1.5")
    >>> folder.find("00003/default/tensors.tsv"), folder.find("no such file")
    (b'0.5, 1.5', None)
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

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

    def update(self, name: str, change: Callable[[bytes | None], bytes]) -> None:
        """Puts what `change` makes of a file, None if there is none, in its place.

        On this machine one writer waits for the other, of this process or another; in an object store the last one of
        the same moment wins.

        Raises:
            OSError: If it cannot be read or written.
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
        draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            draft.write_bytes(data)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)  # half of it would fill a disk that is full

    def update(self, name: str, change: Callable[[bytes | None], bytes]) -> None:
        """See `Folder`."""
        with self._locked():
            self.write(name, change(self.find(name)))

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Alone among those who ask for it, as far as the file system knows of locks; the folder itself is locked."""
        self._path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            with contextlib.suppress(OSError):  # some file servers lock no folders
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


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
    from summaries.remote import RemoteFolder

    return RemoteFolder(log_dir)
