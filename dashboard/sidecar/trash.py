"""Runs that people delete: their event files move into a folder of the sidecar, and can come back.

Asking once says what would be moved, and gives a key; only with the key, and only if all is still as it was then, is it
moved. Nothing is copied, and nothing is removed but folders that became empty. Other files of a run's folder, as
checkpoints, stay. Links are not followed: what lies outside of a logdir stays there.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import hmac
import os
import re
import secrets
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dashboard.sidecar.edit_folder import describe
from dashboard.sidecar.folders import open_folder
from dashboard.sidecar.sidecar import READ_ONLY, ReadOnlyError
from dashboard.store.protocol import RunFacts
from summaries import Logdir
from summaries.files import SIDECAR
from summaries.logdirs import find_run, show_path

QUIET_SECS = 60
"""A run that does not say how it ended must have been quiet for so long."""

_TRASH = (SIDECAR, "trash")
_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")


class TrashError(Exception):
    """Something is not moved; the sentence says why, and what to do."""


@dataclass(frozen=True)
class PlannedRun:
    """What would be moved of a run.

    Attributes:
        name: The run.
        num_files: Event files.
        num_bytes: What they take.
        num_others: Other entries of its folder, which stay.
    """

    name: str
    num_files: int
    num_bytes: int
    num_others: int


@dataclass(frozen=True)
class Plan:
    """What would be moved, and the key that has it moved."""

    runs: tuple[PlannedRun, ...]
    confirmation: str


@dataclass(frozen=True)
class Trashed:
    """What was moved together.

    Attributes:
        id: What to pass to `Trash.restore`.
        runs: The runs that its files are of.
        num_files: Event files.
        num_bytes: What they take.
    """

    id: str
    runs: tuple[str, ...]
    num_files: int
    num_bytes: int


@dataclass(frozen=True)
class _Item:
    """A file in a logdir: where it is, relative to that, and what differs once it is another or grew."""

    logdir: Logdir
    parts: tuple[str, ...]
    num_bytes: int
    identity: tuple[int, int]

    @property
    def run(self) -> str:
        return find_run(Path(self.logdir.path, *self.parts), [self.logdir])


class Trash:
    """The trash of some logdirs. Thread-safe.

    Args:
        logdirs: The logdirs.
        is_read_only: Whether nothing may be moved.
        clock: Gives the seconds since the epoch.
    """

    def __init__(
        self, logdirs: Sequence[Logdir], *, is_read_only: bool = False, clock: Callable[[], float] = time.time
    ) -> None:
        self._logdirs = [logdir for logdir in logdirs if not logdir.is_remote]
        self._is_read_only = is_read_only
        self._clock = clock
        self._secret = secrets.token_bytes(32)

    def plan(self, runs: Sequence[RunFacts]) -> Plan:
        """What moving some runs would move.

        Raises:
            ReadOnlyError: If the board may not change anything.
            TrashError: If one of them can't be moved.
        """
        return self._plan(runs)[0]

    def move(self, runs: Sequence[RunFacts], confirmation: str) -> Trashed:
        """Moves what was planned.

        Raises:
            ReadOnlyError: If the board may not change anything.
            TrashError: If one of the runs can't be moved, or is not as it was when the key was given; all stay then.
        """
        plan, items = self._plan(runs)
        if not hmac.compare_digest(plan.confirmation.encode(), confirmation.encode(errors="replace")):
            raise TrashError("confirmation must be the key of what is there now; files changed since. Ask again.")
        moment = datetime.fromtimestamp(self._clock(), UTC)
        identifier = f"{moment:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        _move_all([(item.logdir, item.parts, (*_TRASH, identifier, *item.parts)) for item in items])
        return Trashed(identifier, tuple(run.name for run in runs), len(items), sum(item.num_bytes for item in items))

    def entries(self) -> tuple[Trashed, ...]:
        """What lies in the trash, the newest first."""
        found: dict[str, list[_Item]] = {}
        for logdir in self._logdirs:
            for identifier in _list_ids(logdir):
                found.setdefault(identifier, []).extend(_iter_trashed(logdir, identifier))
        return tuple(
            Trashed(
                identifier,
                tuple(sorted({item.run for item in items})),
                len(items),
                sum(item.num_bytes for item in items),
            )
            for identifier, items in sorted(found.items(), reverse=True)
        )

    def restore(self, identifier: str) -> Trashed:
        """Moves back what was moved together.

        Raises:
            ReadOnlyError: If the board may not change anything.
            KeyError: If there is no such thing in the trash; carries a sentence.
            TrashError: If something is in its place by now; all stays then.
        """
        self._refuse_if_read_only()
        found = next((trashed for trashed in self.entries() if trashed.id == identifier), None)
        if found is None:
            raise KeyError(f"There is nothing in the trash as {identifier[:80]!r}.")
        items = [item for logdir in self._logdirs for item in _iter_trashed(logdir, identifier)]
        _move_all([(item.logdir, (*_TRASH, identifier, *item.parts), item.parts) for item in items])
        return found

    def _refuse_if_read_only(self) -> None:
        if self._is_read_only:
            raise ReadOnlyError(READ_ONLY)

    def _plan(self, runs: Sequence[RunFacts]) -> tuple[Plan, list[_Item]]:
        self._refuse_if_read_only()
        items_by_run = {run.name: self._find_items(run) for run in runs}
        items = [item for own in items_by_run.values() for item in own]
        places = repr([(item.logdir.path, item.parts, item.num_bytes, item.identity) for item in items])
        key = hmac.new(self._secret, places.encode(errors="surrogateescape"), hashlib.sha256).hexdigest()[:32]
        return Plan(tuple(_describe(name, own) for name, own in items_by_run.items()), key), items

    def _find_items(self, run: RunFacts) -> list[_Item]:
        now = self._clock()
        state = run.state_at(now)
        items = [self._find_item(run.name, health.path) for health in run.files]
        last_change = max((item.identity[1] / 1e9 for item in items), default=0.0)
        if state == "running" or (not state and now - last_change < QUIET_SECS):
            raise TrashError(f"The run {run.name!r} is still written to. Wait until it has ended.")
        if not items:
            raise TrashError(f"The run {run.name!r} has no files. Load the page again.")
        return items

    def _find_item(self, run: str, path: Path) -> _Item:
        logdir = max(
            (logdir for logdir in self._logdirs if path.is_relative_to(logdir.path)),
            key=lambda logdir: len(logdir.path),
            default=None,
        )
        if logdir is None:
            raise TrashError(f"The run {run!r} must lie in a folder of this machine. Remove it where it lies.")
        parts = path.relative_to(logdir.path).parts
        try:
            with open_folder(logdir.path, parts[:-1]) as folder:
                status = os.stat(parts[-1], dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError as error:
            raise TrashError(f"A file of the run {run!r} is not there any more. Ask again.") from error
        except OSError as error:
            raise TrashError(f"Could not reach the run {run!r}: {describe(error)}. Remove it where it lies.") from error
        if not stat.S_ISREG(status.st_mode):
            raise TrashError(
                f"The run {run!r} must lie in the logdir itself; it holds a link. Remove it where it lies."
            )
        return _Item(logdir, parts, status.st_size, (status.st_ino, status.st_mtime_ns))


def _describe(name: str, items: Sequence[_Item]) -> PlannedRun:
    own = {item.parts for item in items}
    num_others = 0
    for logdir, folder in {(item.logdir, item.parts[:-1]) for item in items}:
        with open_folder(logdir.path, folder) as descriptor:
            num_others += sum((*folder, entry) not in own and entry != SIDECAR for entry in os.listdir(descriptor))
    return PlannedRun(name, len(items), sum(item.num_bytes for item in items), num_others)


Move = tuple[Logdir, tuple[str, ...], tuple[str, ...]]  # in which logdir, from where, to where


def _move_all(moves: Sequence[Move]) -> None:
    """Moves files, all of them or none.

    Raises:
        TrashError: If one could not be moved.
    """
    done: list[Move] = []
    try:
        for move in moves:
            _move(*move)
            done.append(move)
    except OSError as error:
        for logdir, source, target in reversed(done):
            with contextlib.suppress(OSError):
                _move(logdir, target, source)
        name = show_path("/".join(move[1]))
        raise TrashError(f"Could not move {name!r}: {describe(error)}. All stays as it was.") from error
    finally:
        for logdir, source, target in moves:
            _remove_empty(logdir, source[:-1])
            _remove_empty(logdir, target[:-1])


def _move(logdir: Logdir, source: Sequence[str], target: Sequence[str]) -> None:
    with open_folder(logdir.path, source[:-1]) as old, open_folder(logdir.path, target[:-1], is_made=True) as new:
        if _exists(new, target[-1]):
            raise FileExistsError(errno.EEXIST, "a file of that name is there")
        os.rename(source[-1], target[-1], src_dir_fd=old, dst_dir_fd=new)
        os.fsync(new)


def _exists(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _remove_empty(logdir: Logdir, parts: Sequence[str]) -> None:
    """Removes a folder and those that it lies in, as far as they are empty; never the logdir."""
    with contextlib.suppress(OSError):
        for end in range(len(parts), 0, -1):
            with open_folder(logdir.path, parts[: end - 1]) as folder:
                os.rmdir(parts[end - 1], dir_fd=folder)


def _list_ids(logdir: Logdir) -> list[str]:
    try:
        with open_folder(logdir.path, _TRASH) as folder:
            return [name for name in os.listdir(folder) if _ID.fullmatch(name)]
    except OSError:
        return []


def _iter_trashed(logdir: Logdir, identifier: str) -> Iterator[_Item]:
    with contextlib.suppress(OSError), open_folder(logdir.path, (*_TRASH, identifier)) as top:
        for place, _, names, folder in os.fwalk(".", dir_fd=top):
            for name in names:
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                parts = (*Path(place).parts, name)
                yield _Item(logdir, parts, status.st_size, (status.st_ino, status.st_mtime_ns))
