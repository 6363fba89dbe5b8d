"""The event file that a writer appends to: it survives full disks, removed folders and forks.

A file object here never loses what it was given while it lives: what could not be written is kept and comes first the
next time.
"""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

from summaries.events import encode_event, file_version_field
from summaries.files import create_event_file
from summaries.kinds.contract import announce

_WRITE_BYTES = 1 << 22


class FirstValues:
    """Remembers which tags have had their first value in the present file, and what metadata it carried."""

    def __init__(self) -> None:
        self._metadata: dict[str, bytes] = {}

    def find_metadata(self, tag: str, metadata: bytes) -> bytes:
        """What a value of `tag` is to carry: `metadata` if it is the first, else nothing."""
        if tag in self._metadata:
            return b""
        self._metadata[tag] = metadata
        return metadata

    def encode(self, wall_time: float) -> bytes:
        """Records that tell a new file of the tags so far."""
        return b"".join(encode_event(wall_time, 0, announce(tag, metadata)) for tag, metadata in self._metadata.items())

    def clear(self) -> None:
        """Forgets all: the next value of each tag is its first."""
        self._metadata.clear()


class EventFile:
    """One event file open for appending. Not thread-safe."""

    def __init__(self, folder: Path, suffix: str, firsts: FirstValues) -> None:
        """Makes the file.

        Args:
            folder: Where; it is made if needed.
            suffix: End of the file's name.
            firsts: Tags whose metadata a file that replaces this one repeats.

        Raises:
            OSError: If it cannot be made.
        """
        self._folder = folder
        self._suffix = suffix
        self._firsts = firsts
        self._descriptor: int | None = None
        self._pending = bytearray()
        self._open()
        self.write()

    @property
    def num_pending_bytes(self) -> int:
        """Bytes given to `write` that are not in the file yet."""
        return len(self._pending)

    @property
    def pending(self) -> bytes:
        """The bytes given to `write` that are not in the file yet."""
        return bytes(self._pending)

    def write(self, data: bytes = b"") -> None:
        """Appends `data` after what is pending.

        Raises:
            OSError: If not all could be written; what is left is pending, and the next call goes on with it.
        """
        self._pending += data
        if not self._pending:
            return
        if self._descriptor is None:
            self._open()
        elif os.fstat(self._descriptor).st_nlink == 0:
            self._replace()
        while self._pending:
            num_written = os.write(self._require_descriptor(), memoryview(self._pending)[:_WRITE_BYTES].tobytes())
            del self._pending[:num_written]

    def close(self) -> None:
        """Closes the file; what is pending stays pending."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def abandon(self) -> None:
        """Leaves the file to the process that this one was forked from: the next write makes another."""
        self.close()
        self._pending.clear()
        self._firsts.clear()

    def _open(self, metadata: bytes = b"") -> None:
        """Makes a file that begins with its version and `metadata`."""
        now = time.time()
        host, pid = socket.gethostname(), os.getpid()
        self.path, descriptor = create_event_file(self._folder, secs=now, host=host, pid=pid, suffix=self._suffix)
        self.close()
        self._descriptor = descriptor
        self._pending[:0] = encode_event(now, 0, file_version_field()) + metadata

    def _replace(self) -> None:
        """Makes another file in place of one that was removed; it begins with the metadata that went with the old one.

        A record of which a part was written before is lost with the removed file; the reader of the new one passes over
        the rest of it.
        """
        self._open(self._firsts.encode(time.time()))

    def _require_descriptor(self) -> int:
        if self._descriptor is None:
            raise OSError("the event file is closed")
        return self._descriptor
