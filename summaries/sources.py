"""Where the bytes of an event file come from: a file of this machine here, other places beside it.

A reader opens a source for the length of one read, so thousands of readers need no descriptors.

Synopsis:
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     _ = file.write(b"abc")
    ...     file.flush()
    ...     with LocalSource(file.name) as source:
    ...         source.size, source.read(1, 10)
    (3, b'bc')
"""

from __future__ import annotations

import os
from types import TracebackType
from typing import Protocol


class Source(Protocol):
    """The bytes of one event file, as it was when the source was opened.

    Attributes:
        identity: What tells the file from another one under the same path. Empty where nothing does but its bytes.
        size: In bytes.
        mtime_ns: When it last changed, in nanoseconds since the Unix epoch.
    """

    identity: str
    size: int
    mtime_ns: int

    def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on, fewer than `length` only where the file ends.

        Raises:
            OSError: If they cannot be read.
        """

    def read_into(self, buffer: memoryview, offset: int) -> int:
        """Reads bytes from `offset` on, until the buffer is full or the file ends; how many.

        Raises:
            OSError: If they cannot be read.
        """

    def __enter__(self) -> Source: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class LocalSource:
    """A file of this machine. Its identity is device and inode."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Opens the file.

        Raises:
            OSError: If it cannot be opened.
        """
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        status = os.fstat(self._descriptor)
        self.identity = f"{status.st_dev}:{status.st_ino}"
        self.size = status.st_size
        self.mtime_ns = status.st_mtime_ns

    def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on, fewer than `length` only where the file ends.

        Raises:
            OSError: If they cannot be read.
        """
        return os.pread(self._descriptor, length, offset)

    def read_into(self, buffer: memoryview, offset: int) -> int:
        """Reads bytes from `offset` on, until the buffer is full or the file ends; how many.

        Raises:
            OSError: If they cannot be read.
        """
        num_read = 0
        while num_read < len(buffer):  # the system reads 2 GiB at once at most
            count = os.preadv(self._descriptor, [buffer[num_read:]], offset + num_read)
            if not count:
                break
            num_read += count
        return num_read

    def __enter__(self) -> LocalSource:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)
