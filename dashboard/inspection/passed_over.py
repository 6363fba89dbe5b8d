"""What lies under the logdirs of this machine and is not read, and why.

What is read is asked of the walker that the readers use, so that both say the same.

Synopsis:
    >>> import pathlib, tempfile
    >>> from summaries.logdirs import parse_logdirs
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> for name in ("events.out.tfevents.1", "notes.txt"):
    ...     (folder / name).touch()
    >>> [(found.path.name, found.reason) for found in find_passed_over(parse_logdirs(folder)).entries]
    [('notes.txt', 'its name does not hold “tfevents”')]
"""

from __future__ import annotations

import operator
import os
import stat
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from summaries.files import SIDECAR, is_event_file
from summaries.logdirs import Logdir
from summaries.walk import Walker

OTHER_NAME = "its name does not hold “tfevents”"
MAX_LOOKED_AT = 100_000
"""Entries of folders after which nobody looks further."""
MAX_KEPT = 1_000
"""Files of other names that are kept by name; the rest are counted."""
_TYPES = (
    (stat.S_ISFIFO, "it is a named pipe, not a file"),
    (stat.S_ISSOCK, "it is a socket, not a file"),
    (stat.S_ISCHR, "it is a device, not a file"),
    (stat.S_ISBLK, "it is a device, not a file"),
)


@dataclass(frozen=True)
class Entry:
    """Something that was passed over.

    Attributes:
        path: Where it is.
        reason: Why, completing the sentence "it was passed over: …".
    """

    path: Path
    reason: str


@dataclass(frozen=True)
class PassedOver:
    """What was passed over.

    Attributes:
        entries: What might have been meant to be read comes first; then files of other names, `MAX_KEPT` at most.
        num_files: Files, entries or not, that were passed over.
        is_whole: Whether all was looked at, rather than the first `MAX_LOOKED_AT` entries.
    """

    entries: tuple[Entry, ...] = ()
    num_files: int = 0
    is_whole: bool = True


def find_passed_over(logdirs: Sequence[Logdir], check: Callable[[], None] = lambda: None) -> PassedOver:
    """Looks through the folders of this machine; those in an object store are not listed for it.

    Args:
        logdirs: What is looked through.
        check: Called between two entries of a folder; what it raises ends the work.
    """
    walk = Walker([logdir for logdir in logdirs if not logdir.is_remote]).look()
    read = {path for _, path in walk.files}
    odd: list[Entry] = []
    others: list[Entry] = []
    num_others = num_seen = 0
    for entry, is_seen_before in _iter_entries(walk.tops):
        check()
        num_seen += 1
        if num_seen > MAX_LOOKED_AT:
            break
        reason = _find_reason(entry, is_seen_before=is_seen_before)
        if not reason or Path(entry.path) in read:
            continue
        if reason != OTHER_NAME:
            odd.append(Entry(Path(entry.path), reason))
            continue
        num_others += 1
        if len(others) < MAX_KEPT:
            others.append(Entry(Path(entry.path), reason))
    entries = (*sorted(odd, key=operator.attrgetter("path")), *sorted(others, key=operator.attrgetter("path")))
    return PassedOver(entries, len(odd) + num_others, num_seen <= MAX_LOOKED_AT)


def _iter_entries(tops: Sequence[str]) -> Iterator[tuple[os.DirEntry[str], bool]]:
    """Everything below some folders but these, and of links whether they lead to a folder that was seen before."""
    folders, links, seen = deque[str](tops), deque[os.DirEntry[str]](), set[tuple[int, int]]()
    while folders or links:
        if not folders:
            link = links.popleft()
            is_seen = _find_identity(link.path) in seen
            yield link, is_seen
            folders += [] if is_seen else [link.path]
            continue
        folder = folders.popleft()
        seen.add(_find_identity(folder))
        for entry in _list_folder(folder):
            if not _is_folder(entry):
                yield entry, False
            elif entry.is_symlink():
                links.append(entry)
            elif entry.name != SIDECAR:
                folders.append(entry.path)


def _list_folder(path: str) -> list[os.DirEntry[str]]:
    """What is in a folder; nothing if it cannot be looked into, which the walker tells."""
    try:
        with os.scandir(path) as entries:
            return list(entries)
    except OSError:
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _find_identity(path: str) -> tuple[int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return 0, 0
    return status.st_dev, status.st_ino


def _find_reason(entry: os.DirEntry[str], *, is_seen_before: bool) -> str:
    """Why an entry is not read; "" for a folder that is looked into, and for what the walker tells of."""
    try:
        if entry.is_dir():
            return "it is a link to a folder that is read under its own name" if is_seen_before else ""
        if not is_event_file(entry.name):
            return OTHER_NAME
        if entry.is_file():
            return "it was not there at the last look"
        if entry.is_symlink() and not os.path.exists(entry.path):
            return "it is a link to nothing"
        mode = entry.stat().st_mode
    except OSError:
        return ""
    return next((reason for is_type, reason in _TYPES if is_type(mode)), "it is neither a file nor a folder")
