"""Event files in object stores, through fsspec: found by listing, read by ranges of bytes.

A path of this module is a `Path` made of the address, as everything that reads event files keeps them by path;
`to_address` gives the address back.

Synopsis:
    >>> path = to_path("s3://bucket/runs/1/events.out.tfevents.1")
    >>> is_remote_path(path), to_address(path)
    (True, 's3://bucket/runs/1/events.out.tfevents.1')
"""

from __future__ import annotations

import datetime
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from summaries.files import SIDECAR, is_event_file
from summaries.logdirs import AnyPath, Logdir
from summaries.stores import find_system, store_errors
from summaries.walk import FolderProblem, Walk

_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/(?!/)")
_MIN_FETCH_BYTES = 4 << 20
"""A request takes as long as it takes to send so many bytes."""
_ETAG_NAMES = ("ETag", "etag", "generation", "md5Hash", "content_md5")
_TIME_NAMES = ("LastModified", "last_modified", "mtime", "updated", "modified", "created")


def to_path(address: str) -> Path:
    """The path under which a file in an object store is known."""
    return Path(address)


def to_address(path: AnyPath) -> str:
    """The address of a file in an object store."""
    return _ADDRESS.sub(r"\1://", str(path), count=1)


def is_remote_path(path: AnyPath) -> bool:
    """Whether a path stands for an address."""
    return _ADDRESS.match(str(path)) is not None


class RemoteWalker:
    """Knows the event files under some logdirs in object stores. Not thread-safe.

    Attributes:
        walk: What was found last.
    """

    def __init__(self, logdirs: Sequence[Logdir]) -> None:
        """Looks at nothing yet."""
        self.walk = Walk()
        self._logdirs = logdirs
        self._found: dict[Logdir, list[tuple[str, Path]]] = {}
        self._infos: dict[Path, Mapping[str, Any]] = {}

    def look(self) -> Walk:
        """What lies there now. Where a store cannot be asked, what was there at the last look, and a problem."""
        problems = []
        for logdir in self._logdirs:
            try:
                infos = dict(_iter_files(logdir))
            except OSError as error:
                problems.append(FolderProblem(to_path(logdir.path), str(error)))
                continue
            self._infos |= infos
            self._found[logdir] = [(_find_run(path, logdir), path) for path in infos]
        runs: dict[Path, str] = {}
        for logdir in self._logdirs:  # a file that two logdirs hold belongs to the first
            for run, path in self._found.get(logdir, ()):
                runs.setdefault(path, run)
        self._infos = {path: self._infos[path] for path in runs}
        self.walk = Walk(tuple(sorted((run, path) for path, run in runs.items())), (), tuple(problems))
        return self.walk

    def find_stamp(self, path: Path) -> tuple[str, int, int]:
        """Identity, size and time of the last change of a file at the last look.

        Raises:
            FileNotFoundError: If it was not there.
        """
        if path not in self._infos:
            raise FileNotFoundError(f"{to_address(path)} does not exist")
        return _make_stamp(self._infos[path])

    def open_source(self, path: Path) -> RemoteSource:
        """The bytes of a file that was found.

        Raises:
            OSError: If it cannot be read.
        """
        return RemoteSource(path, self._infos.get(path))


class RemoteSource:
    """A file in an object store. Its identity is the etag where the store gives one, else the time of its change."""

    def __init__(self, path: Path, info: Mapping[str, Any] | None = None) -> None:
        """Asks nothing if `info` tells.

        Args:
            path: The file.
            info: What the store's listing says of it.

        Raises:
            OSError: If there is no such file, or the store cannot be asked.
            ImportError: If the library of the store is not installed.
        """
        self._system, self._place = find_system(to_address(path))
        if info is None:
            with store_errors():
                info = self._system.info(self._place)
        self.identity, self.size, self.mtime_ns = _make_stamp(info)
        self._block_offset, self._block = 0, b""

    def read(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on, fewer than `length` only where the file ends.

        Raises:
            OSError: If they cannot be read.
        """
        end = min(offset + length, self.size)
        if offset >= end:
            return b""
        begin = offset - self._block_offset
        if begin < 0 or end - self._block_offset > len(self._block):
            fetch_end = min(max(end, offset + _MIN_FETCH_BYTES), self.size)
            with store_errors():
                self._block = self._system.cat_file(self._place, start=offset, end=fetch_end)
            self._block_offset, begin = offset, 0
        return self._block[begin : begin + end - offset]

    def read_into(self, buffer: memoryview, offset: int) -> int:
        """Reads bytes from `offset` on, until the buffer is full or the file ends; how many.

        Raises:
            OSError: If they cannot be read.
        """
        found = self.read(offset, len(buffer))
        buffer[: len(found)] = found
        return len(found)

    def __enter__(self) -> RemoteSource:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._block = b""


def has_files(logdir: Logdir) -> bool:
    """Whether an object store has anything under the folder of a logdir: there are no empty folders.

    Raises:
        OSError: If it cannot be asked.
        ImportError: If the library of the store is not installed.
    """
    system, place = find_system(logdir.path)
    with store_errors():
        return bool(system.exists(place))


def read_range(path: AnyPath, offset: int, length: int) -> bytes:
    """Some bytes of a file in an object store, fewer than `length` only where it ends.

    Raises:
        OSError: If they cannot be read.
        ImportError: If the library of the store is not installed.
    """
    system, place = find_system(to_address(path))
    with store_errors():
        blob: bytes = system.cat_file(place, start=offset, end=offset + length)
    return blob


def _iter_files(logdir: Logdir) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Path and listing of each event file of a logdir."""
    system, base = find_system(logdir.path)
    scheme = logdir.path.partition("://")[0]
    with store_errors():
        tops = system.glob(f"{base}/{logdir.pattern}") if logdir.pattern else [base]
        for top in tops:
            for place, info in _find_all(system, top).items():
                folder, name = posixpath.split(place)
                if is_event_file(name) and f"/{SIDECAR}/" not in f"{folder}/":
                    yield to_path(f"{scheme}://{place.lstrip('/')}"), info


def _find_all(system: Any, top: str) -> Mapping[str, Mapping[str, Any]]:
    try:
        found: Mapping[str, Mapping[str, Any]] = system.find(top, detail=True)
    except FileNotFoundError:
        return {}
    return found


def _find_run(path: Path, logdir: Logdir) -> str:
    base = str(to_path(logdir.path))
    return logdir.run_name(str(path.parent).removeprefix(base).lstrip("/"))


def _make_stamp(info: Mapping[str, Any]) -> tuple[str, int, int]:
    etag = next((str(info[name]) for name in _ETAG_NAMES if info.get(name)), "")
    changed = next((_to_ns(info[name]) for name in _TIME_NAMES if info.get(name)), 0)
    return etag or str(changed), int(info["size"]), changed


def _to_ns(moment: Any) -> int:
    """A time that a store gives, in nanoseconds since the Unix epoch; 0 for one that is not understood."""
    if isinstance(moment, str):
        try:
            moment = datetime.datetime.fromisoformat(moment)
        except ValueError:
            return 0
    if isinstance(moment, datetime.datetime):
        return int(moment.timestamp() * 1e6) * 1000
    return int(moment * 1e9) if isinstance(moment, int | float) else 0
