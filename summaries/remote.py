"""A run in an object store, through fsspec: a row of event files, since objects cannot be appended to.

Each segment is an event file of its own: it begins with the version and with what the tags so far are, and then never
changes. The names sort in the order in which they were written. A segment whose writing failed is written again under
the same name: so nothing stands there twice, whether the failed attempt had arrived or not.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from typing import Any

from summaries import process_end
from summaries.event_file import FirstValues
from summaries.events import encode_event, file_version_field
from summaries.files import make_name, name_segment
from summaries.stores import open_system, store_errors

_MAX_ATTEMPTS = 1000
_WITHOUT_FOLDERS = frozenset({"abfs", "abfss", "az", "gcs", "gs", "memory", "oss", "s3", "s3a"})
"""Stores in which names are all there is. To make a folder would make a missing bucket, for a slip of the pen too."""


class SegmentedFile:
    """A row of event files in an object store. Not thread-safe.

    Attributes:
        path: The address of the segment that is written next.
    """

    def __init__(self, url: str, suffix: str, firsts: FirstValues) -> None:
        """Writes the first segment, which holds nothing but the version: so the run is there, and can be written to.

        Args:
            url: The run's folder, as `s3://bucket/runs/1`.
            suffix: End of the segments' names.
            firsts: Tags whose metadata each segment repeats.

        Raises:
            ImportError: If the library of the store is not installed.
            OSError: If the store cannot be written to.
        """
        self._url = url.rstrip("/")
        self._suffix = suffix
        self._firsts = firsts
        self._pending = bytearray()
        self._system: Any = None
        self._open()
        process_end.drain_before_threads_end()

    @property
    def pending(self) -> bytes:
        """Whole records that are not written yet."""
        return bytes(self._pending)

    def write(self, data: bytes) -> None:
        """Takes whole records for the next segment."""
        self._pending += data

    def commit(self) -> None:
        """Writes a segment with all that is pending.

        Raises:
            OSError: If the store did not take it; then it is still pending.
        """
        if not self._pending:
            return
        if self._system is None:
            self._open()
        self._put(_make_head(self._metadata) + bytes(self._pending), mode="overwrite")
        self._pending.clear()
        self._begin_segment(self._segment + 1)

    def close(self) -> None:
        """Does nothing: every segment is whole as it is."""

    def repeat_metadata(self) -> None:
        """See `RecordFile`."""
        self._firsts.clear()

    def abandon(self) -> None:
        """Leaves the segments to the process that this one was forked from: the next commit begins a row of its own."""
        self._system = None  # its connections are the parent's
        self._pending.clear()
        self._firsts.clear()

    def _open(self) -> None:
        """Connects, and takes a row of names that nobody has."""
        try:
            self._system, self._folder = connect(self._url)
            self._claim()
        except OSError as error:
            self._system = None
            rule = f"log_dir must be an address that can be written to; got {self._url!r} ({error})"
            message = f"{rule}. Check the bucket and its credentials"
            raise (OSError(message) if error.errno is None else OSError(error.errno, message)) from error

    def _claim(self) -> None:
        now, host, pid = time.time(), platform.node(), os.getpid()
        for counter in range(_MAX_ATTEMPTS):
            self._stem = make_name(now, host, pid, counter, "")
            self._begin_segment(0)
            try:
                self._put(_make_head(b""), mode="create")
            except FileExistsError:
                continue
            self._begin_segment(1)
            return
        raise FileExistsError(f"{_MAX_ATTEMPTS} writers of this second exist")

    def _begin_segment(self, number: int) -> None:
        self._segment = number
        self.path = f"{self._url}/{name_segment(self._stem, number, self._suffix)}"
        self._metadata = self._firsts.encode(time.time())

    def _put(self, data: bytes, *, mode: str) -> None:
        name = self.path.rpartition("/")[2]
        with store_errors():
            self._system.pipe_file(f"{self._folder}/{name}", data, mode=mode)


class RemoteFolder:
    """Files beside the segments of a run; see `summaries.folders.Folder`. The store puts whole files in place."""

    def __init__(self, url: str) -> None:
        """Connects.

        Raises:
            OSError: If there is no such kind of address.
            ImportError: If the address needs a library that is not installed.
        """
        self._system, self._path = connect(url)

    def find(self, name: str) -> bytes | None:
        """See `Folder`."""
        try:
            with store_errors():
                data: bytes = self._system.cat_file(f"{self._path}/{name}")
        except FileNotFoundError:
            return None
        return data

    def write(self, name: str, data: bytes) -> None:
        """See `Folder`."""
        with store_errors():
            self._system.pipe_file(f"{self._path}/{name}", data)

    def update(self, name: str, change: Callable[[bytes | None], bytes]) -> None:
        """See `Folder`; stores know no locks."""
        self.write(name, change(self.find(name)))


def _make_head(metadata: bytes) -> bytes:
    """How a segment begins."""
    return encode_event(time.time(), 0, file_version_field()) + metadata


def connect(url: str) -> tuple[Any, str]:
    """The file system of an address, and the folder in it; a connection of this writer's own.

    Raises:
        ImportError: If a library is missing; the message names the extra.
        OSError: If there is no such kind of address.
    """
    scheme = url.partition("://")[0]
    try:
        system, folder = open_system(url, name="log_dir", is_own=scheme != "memory")
    except ValueError as error:
        raise OSError(f"no file system is known for {scheme!r}: {error}") from error
    if scheme not in _WITHOUT_FOLDERS:
        system.makedirs(folder, exist_ok=True)
    return system, folder
