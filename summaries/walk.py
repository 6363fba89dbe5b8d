"""Finds the event files under logdirs, again and again, at the cost of what changed.

Every look asks each known folder for the time of its last change, and lists only those that changed; a full look also
those that may change without. Links to folders are followed, once each and after the folders themselves, so that a run
has the name of its own place; a folder that is a logdir itself belongs to that logdir. Nothing here recurses, so a tree
may be as deep as the system allows.

Synopsis:
    >>> import pathlib, tempfile
    >>> from summaries.logdirs import parse_logdirs
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> (folder / "a" / "b").mkdir(parents=True)
    >>> (folder / "a" / "b" / "events.out.tfevents.1").touch()
    >>> [run for run, _ in Walker(parse_logdirs(folder)).look().files]
    ['a/b']
"""

from __future__ import annotations

import glob
import operator
import os
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from summaries.file_systems import find_local_devices
from summaries.files import SIDECAR, is_event_file
from summaries.logdirs import Logdir, show_path

_RACY_NS = 2_000_000_000
"""A folder that changed so short a time before it was listed may change again without a later time."""


@dataclass(frozen=True, order=True)
class FolderProblem:
    """A folder or file that could not be looked into.

    Attributes:
        path: Where.
        reason: The system's words.
    """

    path: Path
    reason: str


@dataclass(frozen=True)
class Walk:
    """What lies under the logdirs.

    Attributes:
        files: `(run, path)` of each event file, sorted by run and name. The run is the folder's path relative to its
            logdir, separated by `/`, `.` for the logdir itself; after the logdir's name where it has one.
        tops: The folders that were begun at; those of a pattern come and go.
        problems: What could not be looked into, sorted.
    """

    files: tuple[tuple[str, Path], ...] = ()
    tops: tuple[str, ...] = ()
    problems: tuple[FolderProblem, ...] = ()


class _Place(NamedTuple):
    """Where a folder is, and what the names of runs in it begin with: `""` or `…/`."""

    path: str
    prefix: str
    is_top: bool = False


@dataclass(slots=True)
class _Listing:
    """What a folder held when it was listed.

    Attributes:
        stamp: Device, inode and times of the last changes; the times are 0 in a listing that must be made again.
        run: The run of the folder.
        files: Its event files.
        folders: The folders in it, sorted.
        links: The links to folders in it, sorted.
        problems: What in it could not be looked at.
        has_links: Whether there are any links in it, also to what is not there or no event file.
    """

    stamp: tuple[int, int, int, int]
    run: str
    files: list[Path] = field(default_factory=list)
    folders: list[_Place] = field(default_factory=list)
    links: list[_Place] = field(default_factory=list)
    problems: list[FolderProblem] = field(default_factory=list)
    has_links: bool = False

    def is_lasting(self, local: Collection[int]) -> bool:
        """Whether it holds as long as its stamp does, by the devices whose folders tell of every change."""
        return self.stamp[0] in local and not (self.has_links or self.problems)


class Walker:
    """Knows the folders under some logdirs of this machine. Not thread-safe.

    Attributes:
        is_local: Whether at the last full look all of it lay on file systems that belong to this machine alone.
    """

    def __init__(self, logdirs: Sequence[Logdir], time_ns: Callable[[], int] = time.time_ns) -> None:
        """Looks at nothing yet; the folders need not exist.

        Args:
            logdirs: Where to look.
            time_ns: The clock of the file systems.
        """
        self._logdirs, self._time_ns = logdirs, time_ns
        self.is_local = False
        self._known: dict[str, _Listing] = {}
        self._walk = Walk()

    def look(self, *, is_full: bool = False) -> Walk:
        """What lies there now; the same object as last time if that is the same.

        Args:
            is_full: Whether to list also folders that say they did not change, where the file system may not tell.
        """
        tops = [place for logdir in self._logdirs for place in _iter_tops(logdir)]
        problems: list[FolderProblem] = []
        local = find_local_devices() if is_full else frozenset()
        known = {path: listing for path, listing in self._known.items() if not is_full or listing.is_lasting(local)}
        listings = _list_all(tops, known, problems, self._time_ns)
        if is_full:
            self.is_local = all(listing.is_lasting(local) for listing in listings.values())
        places = tuple(place.path for place in tops)
        is_known = places == self._walk.tops and not (self._walk.problems or problems)
        if is_known and _is_same(listings, self._known):
            return self._walk
        self._known = listings
        files = [(listing.run, path) for listing in listings.values() for path in listing.files]
        problems += [problem for listing in listings.values() for problem in listing.problems]
        walk = Walk(tuple(sorted(files)), places, tuple(sorted(problems)))
        self._walk = self._walk if walk == self._walk else walk
        return self._walk


def _is_same(listings: Mapping[str, _Listing], before: Mapping[str, _Listing]) -> bool:
    """Whether no folder came, went or was listed anew."""
    return len(listings) == len(before) and all(map(operator.is_, listings.values(), before.values()))


def _list_all(
    tops: Sequence[_Place],
    known: Mapping[str, _Listing],
    problems: list[FolderProblem],
    time_ns: Callable[[], int],
) -> dict[str, _Listing]:
    """Listings of all folders by path, each folder once; those that are known and did not change are kept.

    Args:
        tops: Where to begin.
        known: Listings made before.
        problems: Takes what could not be looked at.
        time_ns: The clock of the file systems.
    """
    listings: dict[str, _Listing] = {}
    reserved = {identity for place in tops if (identity := _find_identity(place.path)) is not None}
    seen: set[tuple[int, int]] = set()
    folders, links = deque(tops), deque[_Place]()
    while folders or links:
        place = (folders or links).popleft()
        try:
            status = os.stat(place.path)
        except FileNotFoundError:
            continue
        except OSError as error:
            problems.append(_describe(place.path, error))
            continue
        identity = status.st_dev, status.st_ino
        if identity in seen or (identity in reserved and not place.is_top):
            continue
        seen.add(identity)
        stamp = (*identity, status.st_mtime_ns, status.st_ctime_ns)
        listing = known.get(place.path)
        if listing is None or listing.stamp != stamp:
            listing = _list_folder(place, stamp, time_ns())
        listings[place.path] = listing
        folders += listing.folders
        links += listing.links
    return listings


def _iter_tops(logdir: Logdir) -> Iterator[_Place]:
    """The folders that a logdir begins at."""
    prefix = f"{logdir.name}/" if logdir.name else ""
    if not logdir.pattern:
        yield _Place(logdir.path, prefix, is_top=True)
        return
    for name in sorted(glob.glob(logdir.pattern, root_dir=logdir.path, recursive=True)):
        path = os.path.join(logdir.path, name).rstrip("/")
        if os.path.isdir(path):
            yield _Place(path, f"{prefix}{show_path(name).rstrip('/')}/", is_top=True)


def _list_folder(place: _Place, stamp: tuple[int, int, int, int], now_ns: int) -> _Listing:
    is_settled = now_ns - max(stamp[2:]) > _RACY_NS
    listing = _Listing(stamp if is_settled else (*stamp[:2], 0, 0), place.prefix[:-1] or ".")
    try:
        with os.scandir(place.path) as entries:
            for entry in sorted(entries, key=operator.attrgetter("name")):
                _sort_entry(entry, place, listing)
    except OSError as error:
        listing.stamp = (*stamp[:2], 0, 0)
        listing.problems.append(_describe(place.path, error))
    return listing


def _sort_entry(entry: os.DirEntry[str], place: _Place, listing: _Listing) -> None:
    """Puts one entry of a folder where it belongs; what is neither a folder nor a plain file is left alone."""
    listing.has_links |= entry.is_symlink()
    try:
        if entry.is_dir():
            if entry.name != SIDECAR:
                found = _Place(entry.path, f"{place.prefix}{show_path(entry.name)}/")
                (listing.links if entry.is_symlink() else listing.folders).append(found)
        elif is_event_file(entry.name) and entry.is_file():
            listing.files.append(Path(entry.path))
    except OSError as error:
        listing.problems.append(_describe(entry.path, error))


def _find_identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _describe(path: str, error: OSError) -> FolderProblem:
    return FolderProblem(Path(path), error.strerror or str(error))
