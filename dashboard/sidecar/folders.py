"""Folders below one that people named, reached without following a link.

A logdir may be written to by others: a link in it must not have the board read or change what lies elsewhere. So every
step goes through the descriptor of the folder before it, and a link is an error (``ELOOP`` or ``ENOTDIR``).
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


@contextlib.contextmanager
def open_folder(base: str, parts: Sequence[str] = (), *, is_made: bool = False) -> Iterator[int]:
    """Opens the folder `parts` below `base`; gives its descriptor.

    Args:
        base: Where to begin; links on the way to it are followed.
        parts: Names of folders.
        is_made: Whether folders that are missing are made, and are there for good once this returns.

    Raises:
        OSError: If there is none, or a link in its place.
    """
    descriptor = os.open(base, _FOLDER)
    try:
        for part in parts:
            inner = _open_inner(descriptor, part, is_made=is_made)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


def _open_inner(folder: int, name: str, *, is_made: bool) -> int:
    if is_made:
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, dir_fd=folder)
            os.fsync(folder)
    return os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)


def read_file(folder: int, name: str, max_bytes: int) -> bytes:
    """The bytes of a file.

    Raises:
        OSError: If it can't be read.
        ValueError: If it is a link, no ordinary file, or longer than `max_bytes`.
    """
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > max_bytes:
            raise ValueError(f"file must be an ordinary one of at most {max_bytes:,} bytes; got {status.st_size:,}.")
        return file.read(max_bytes + 1)


def write_file(folder: int, name: str, data: bytes) -> None:
    """Makes a file that is there as a whole, and for good, once this returns; and not at all if it raises.

    Raises:
        OSError: If it can't be written.
    """
    temporary = f".{name}.tmp"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666, dir_fd=folder)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)
    except OSError:
        for left in (temporary, name):
            remove_file(folder, left)
        raise


def remove_file(folder: int, name: str) -> bool:
    """Removes a file; whether it is gone by that."""
    try:
        os.unlink(name, dir_fd=folder)
    except OSError:
        return False
    return True
