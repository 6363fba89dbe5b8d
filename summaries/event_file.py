"""The event file that a writer appends to: it survives full disks, removed folders and forks.

A file object here never loses what it was given while it lives: what could not be written is kept and comes first the
next time.
"""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path
from typing import Protocol

from summaries.events import encode_event, file_version_field
from summaries.files import create_event_file, sync_folders
from summaries.kinds.contract import announce
from summaries.records import get_record_length

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
        known = list(self._metadata.items())  # at once: other threads add to it
        return b"".join(encode_event(wall_time, 0, announce(tag, metadata)) for tag, metadata in known)

    def clear(self) -> None:
        """Forgets all: the next value of each tag is its first."""
        self._metadata.clear()


class RecordFile(Protocol):
    """Where records go: an event file, or a row of them in an object store. Not thread-safe."""

    @property
    def path(self) -> Path | str:
        """The file; of a row, the one that is written next."""

    @property
    def pending(self) -> bytes:
        """Whole records that are not written yet; of the first, a part may be."""

    def write(self, data: bytes) -> None:
        """Takes whole records; OSError if they cannot be written now, then they are pending."""

    def commit(self) -> None:
        """Brings all that is pending to where it outlives this process; OSError if it cannot be done now."""

    def close(self) -> None:
        """Ends the file; what is pending stays pending."""

    def repeat_metadata(self) -> None:
        """Has the next value of each tag carry its metadata: a record that did may have been given up."""

    def abandon(self) -> None:
        """Leaves the file to the process that this one was forked from: the next write makes another."""


class EventFile:
    """One event file open for appending. Not thread-safe."""

    def __init__(self, folder: Path, suffix: str, firsts: FirstValues, *, fsync: bool = False) -> None:
        """Makes the file.

        Args:
            folder: Where; it is made if needed.
            suffix: End of the file's name.
            firsts: Tags whose metadata a file that replaces this one repeats.
            fsync: Whether `close` has the disk confirm that it holds the file.

        Raises:
            OSError: If it cannot be made.
        """
        self._folder = folder
        self._suffix = suffix
        self._firsts = firsts
        self._fsync = fsync
        self._descriptor: int | None = None
        self._identity = (0, 0)
        self._pending = bytearray()
        self._num_written = 0  # bytes of `_pending` that are in the file: a part of its first record
        self._open()
        self.commit()

    @property
    def num_pending_bytes(self) -> int:
        """Bytes given to `write` that are not in the file yet."""
        return len(self._pending) - self._num_written

    @property
    def pending(self) -> bytes:
        """Whole records that are not written yet; of the first, a part may be."""
        return bytes(self._pending)

    def write(self, data: bytes) -> None:
        """Appends whole records after what is pending.

        Raises:
            OSError: If not all could be written; what is left is pending, and the next call goes on with it.
        """
        self._pending += data
        self.commit()

    def commit(self) -> None:
        """Appends what is pending. After that it survives the end of this process, though not of the machine.

        Raises:
            OSError: As `write`.
        """
        if not self._pending:
            return
        if self._descriptor is None:
            self._open()
        elif self._is_gone(self._descriptor):
            self._replace(self._descriptor)
        descriptor = self._require_descriptor()
        try:
            while self._num_written < len(self._pending):
                part = self._pending[self._num_written : self._num_written + _WRITE_BYTES]
                self._num_written += os.write(descriptor, part)
        finally:
            self._drop_written()

    def close(self) -> None:
        """Closes the file; what is pending stays pending.

        Raises:
            OSError: If the disk cannot hold what it took before: some tell only now.
        """
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None or not self._leads_to_our_file(descriptor):
            return
        try:
            if self._fsync:
                os.fsync(descriptor)
                sync_folders(self._folder)
        finally:
            os.close(descriptor)

    def repeat_metadata(self) -> None:
        """See `RecordFile`."""
        self._firsts.clear()

    def abandon(self) -> None:
        """Leaves the file to the process that this one was forked from: the next write makes another."""
        if self._descriptor is not None and self._leads_to_our_file(self._descriptor):
            os.close(self._descriptor)
        self._descriptor = None
        self._pending.clear()
        self._num_written = 0
        self._firsts.clear()

    def _leads_to_our_file(self, descriptor: int) -> bool:
        """Whether nobody closed the descriptor behind our back, and perhaps opened another file under its number."""
        try:
            status = os.fstat(descriptor)
        except OSError:
            return False
        return (status.st_dev, status.st_ino) == self._identity

    def _is_gone(self, descriptor: int) -> bool:
        """Whether what is written now would be lost: the file was removed, or the descriptor leads elsewhere."""
        return not self._leads_to_our_file(descriptor) or os.fstat(descriptor).st_nlink == 0

    def _open(self, metadata: bytes = b"") -> None:
        """Makes a file that begins with its version and `metadata`; what is pending comes after, whole."""
        now = time.time()
        host, pid = platform.node(), os.getpid()
        self.path, self._descriptor = create_event_file(self._folder, secs=now, host=host, pid=pid, suffix=self._suffix)
        status = os.fstat(self._descriptor)
        self._identity = status.st_dev, status.st_ino
        self._num_written = 0
        self._pending[:0] = encode_event(now, 0, file_version_field()) + metadata

    def _replace(self, before: int) -> None:
        """Makes another file in place of one that is gone; it begins with the metadata that went with the old one."""
        was_ours = self._leads_to_our_file(before)
        self._open(self._firsts.encode(time.time()))
        if was_ours:
            os.close(before)

    def _drop_written(self) -> None:
        """Forgets the records that are written whole."""
        if self._num_written == len(self._pending):
            self._pending.clear()
            self._num_written = 0
            return
        end = 0
        while (following := end + get_record_length(self._pending, end)) <= self._num_written:
            end = following
        del self._pending[:end]
        self._num_written -= end

    def _require_descriptor(self) -> int:
        if self._descriptor is None:
            raise OSError("the event file is closed")
        return self._descriptor


def is_remote(log_dir: str) -> bool:
    """Whether a run's folder is the address of an object store, as `s3://bucket/runs/1`."""
    return "://" in log_dir and not log_dir.startswith("file://")


def open_record_file(log_dir: str, suffix: str, firsts: FirstValues, *, fsync: bool) -> RecordFile:
    """Makes where a writer's records go, on this machine or in an object store.

    Args:
        log_dir: The run's folder, or an address.
        suffix: End of the names of files.
        firsts: Tags whose metadata other files repeat.
        fsync: Whether a file's `close` has the disk confirm that it holds the file.

    Raises:
        OSError: If it cannot be made.
        ImportError: If an address needs a library that is not installed.
    """
    if is_remote(log_dir):
        from summaries.remote import SegmentedFile

        return SegmentedFile(log_dir, suffix, firsts)
    return EventFile(Path(log_dir.removeprefix("file://")), suffix, firsts, fsync=fsync)
