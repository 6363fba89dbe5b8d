"""One writer for one index: the operating system's lock on a file beside it.

The system gives the lock back when its holder ends, however it ends, so there is no stale lock to judge.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
from pathlib import Path

_BUSY = frozenset({errno.EACCES, errno.EAGAIN})


class HeldError(Exception):
    """Another process, or another store of this one, holds the lock; the text says which."""


class WriterLock:
    """A lock that is held from its construction until `close`.

    Raises:
        HeldError: If another one holds it.
        OSError: If the file cannot be made, or its file system has no locks.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            if error.errno in _BUSY:
                raise HeldError(_read_name(path) or "another process") from error
            raise
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"process {os.getpid()} on {socket.gethostname()}".encode(), 0)

    def close(self) -> None:
        """Gives the lock back. The file stays: to remove it would let two processes lock two files of one name."""
        os.close(self._descriptor)


def find_holder(path: Path) -> str:
    """Who holds the lock now: `process 42 on box`; "" if nobody does."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return _read_name(path) or "another process" if error.errno in _BUSY else ""
    finally:
        os.close(descriptor)
    return ""


def _read_name(path: Path) -> str:
    """Who held the lock last."""
    with contextlib.suppress(OSError):
        return path.read_text(errors="replace")
    return ""
