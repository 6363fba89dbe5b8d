"""Event files on disk: their names and how one is made.

Synopsis:
    >>> make_name(1_700_000_000.9, "box", 42, 0, ".v2")
    'events.out.tfevents.1700000000.box.42.0.v2'
    >>> is_event_file("events.out.tfevents.1700000000.box.42.0.v2"), is_event_file("checkpoint")
    (True, False)
"""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

SIDECAR = ".board"
"""Folder in a logdir that holds what people add to runs; no run."""

_MAX_ATTEMPTS = 1000
_SEGMENT = re.compile(r"(events\.out\.tfevents\.\d{10}\..+\.\d+\.\d+)\.\d{6}((?!\.\d).*)")


def make_name(secs: float, host: str, pid: int, counter: int, suffix: str) -> str:
    """The name of an event file; names of one run sort by their time."""
    return f"events.out.tfevents.{int(secs):010d}.{host}.{pid}.{counter}{suffix}"


def name_segment(row: str, number: int, suffix: str) -> str:
    """The name of one of a row of event files that a writer makes where files cannot be appended to.

    Args:
        row: What `make_name` gives without a suffix.
        number: Which one it is.
        suffix: End of the name.
    """
    return f"{row}.{number:06d}{suffix}"


def find_row(name: str) -> str:
    """What the names of a row of event files have in common; "" for a name that is not of a row.

    >>> find_row(name_segment(make_name(1, "box", 42, 0, ""), 7, ".v2"))
    'events.out.tfevents.0000000001.box.42.0.v2'
    >>> find_row(make_name(1, "10.0.0.7", 123456, 0, ".v2"))
    ''
    """
    found = _SEGMENT.fullmatch(name)
    return "" if found is None else found[1] + found[2]


def is_event_file(name: str) -> bool:
    """Whether a file of this name is an event file; any writer's mark is `tfevents`."""
    return "tfevents" in name


def create_event_file(folder: Path, *, secs: float, host: str, pid: int, suffix: str = "") -> tuple[Path, int]:
    """Makes a new event file in `folder`, and the folder itself if needed.

    The file is created exclusively: two writers of the same second and process otherwise truncate each other.

    Returns:
        Its path and a descriptor open for appending.

    Raises:
        OSError: If the folder or the file cannot be made; the subclass tells why.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for counter in range(_MAX_ATTEMPTS):
            path = folder / make_name(secs, host, pid, counter, suffix)
            try:
                return path, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o666)
            except FileExistsError:
                continue
        raise FileExistsError(f"{_MAX_ATTEMPTS} event files of this second exist")
    except OSError as error:
        rule = f"log_dir must be a folder that can be written to; got {str(folder)!r} ({error.strerror or error})."
        raise type(error)(error.errno, f"{rule} Choose another folder or change its permissions") from error


def sync_folders(folder: Path) -> None:
    """Has the disk confirm that it holds the names in `folder` and in all folders above, as far as these may be read.

    Raises:
        OSError: If it cannot.
    """
    for place in (folder.absolute(), *folder.absolute().parents):
        try:
            descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            return
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno != errno.EINVAL:  # a file system whose folders need none
                raise
        finally:
            os.close(descriptor)
