"""What people add to the runs of a board: read, changed, taken back, and shared with other boards on its logdirs."""

from __future__ import annotations

import itertools
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

from dashboard.sidecar.edits import Clock, Edit, Path
from dashboard.sidecar.fields import check
from dashboard.sidecar.merge import fold
from dashboard.sidecar.shelves import Shelf, find_run_of, find_shelf
from dashboard.sidecar.state import SidecarState, make_state
from summaries import Logdir

UNDO_SECS = 7 * 86_400
"""Edits can be taken back for so long; the edits before them stay much longer."""

READ_ONLY = "The board was started with --read-only; what others see stays as it is. Start it without, to change that."


class ReadOnlyError(PermissionError):
    """The board may not change anything."""


@dataclass(frozen=True)
class Change:
    """A value to give to a path, as the table in `dashboard.sidecar.fields` has them; None takes away what is there."""

    path: Path
    value: Any = None


@dataclass(frozen=True)
class Applied:
    """What became of some changes.

    Attributes:
        version: The first version that has them.
        ids: What to pass to `Sidecar.undo`.
    """

    version: int
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """What a sidecar knows.

    Attributes:
        version: Grows with every change of the state.
        state: All that people added.
        remarks: What people should know of where it is kept, a sentence each.
    """

    version: int
    state: SidecarState
    remarks: tuple[str, ...]


class Sidecar:
    """What people added to the runs of some logdirs. Safe to use from any thread.

    Args:
        logdirs: The logdirs.
        is_read_only: Whether every change is refused.
        data: Where folders of logdirs lie that can't be written to; left out, the user's data folder.
        clock: Gives the seconds since the epoch.
    """

    def __init__(
        self,
        logdirs: Sequence[Logdir],
        *,
        is_read_only: bool = False,
        data: FilePath | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        # Patterns below one folder share what lies in it.
        unique = {(logdir.path, logdir.name): logdir for logdir in logdirs}
        self._shelves = [Shelf(logdir, data) for logdir in unique.values()]
        self._is_read_only = is_read_only
        self._clock = Clock(clock)
        self._lock = threading.Lock()
        self._edits: Mapping[str, tuple[Edit, Shelf]] = {}
        # Replaced as a whole, so that who asks never waits for a disk; version 0 is before the first look.
        self._known = Known(0, SidecarState(), ())

    @property
    def is_read_only(self) -> bool:
        """Whether every change is refused."""
        return self._is_read_only

    @property
    def version(self) -> int:
        """Grows with every change of the state; 0 before the first look. Never waits."""
        return self._known.version

    def state(self) -> SidecarState:
        """All that people added, as of the last look."""
        return self.read().state

    def remarks(self) -> tuple[str, ...]:
        """What people should know of where it is kept, a sentence each."""
        return self.read().remarks

    def read(self) -> Known:
        """All that is known, as of the last look."""
        if not self._known.version:
            with self._lock:
                self._look_first()
        return self._known

    def look(self) -> bool:
        """Reads what other boards changed; whether they did."""
        with self._lock:
            before = self._known.version
            self._look_first()
            if any([shelf.look() for shelf in self._shelves]):
                self._take_in()
            else:
                self._known = replace(self._known, remarks=self._find_remarks())
            return self._known.version != before

    def apply(self, changes: Iterable[Change]) -> Applied:
        """Keeps changes: all of those in one logdir, or none. They survive whatever happens once this returns.

        Raises:
            ReadOnlyError: If the board may not change anything.
            ValueError: If a change breaks a rule; nothing is kept then.
            OSError: If they could not be kept, as on a full disk.
        """
        self._refuse_if_read_only()
        wanted = list(changes)
        for change in wanted:
            check(change.path, change.value)
        with self._lock:
            self._look_first()
            return self._keep(
                (self._find_shelf(change), Edit(self._clock.tick(), secrets.token_hex(8), change.path, change.value))
                for change in wanted
            )

    def undo(self, ids: Iterable[str]) -> Applied:
        """Takes back edits; what others did later to the same stays. The ids that come back take this back.

        Raises:
            ReadOnlyError: If the board may not change anything.
            KeyError: If there is no such edit, or it is too old; carries a sentence.
            OSError: If that could not be kept, as on a full disk.
        """
        self._refuse_if_read_only()
        with self._lock:
            self._look_first()
            found = [self._find_edit(identifier) for identifier in ids]
            return self._keep(
                (shelf, Edit(self._clock.tick(), secrets.token_hex(8), undoes=edit.id)) for edit, shelf in found
            )

    def _refuse_if_read_only(self) -> None:
        if self._is_read_only:
            raise ReadOnlyError(READ_ONLY)

    def _look_first(self) -> None:
        if not self._known.version:
            for shelf in self._shelves:
                shelf.look()
            self._take_in()

    def _keep(self, edits: Iterable[tuple[Shelf, Edit]]) -> Applied:
        by_shelf: dict[Shelf, list[Edit]] = {}
        placed = list(edits)
        for shelf, edit in placed:
            by_shelf.setdefault(shelf, []).append(edit)
        try:
            for shelf, own in by_shelf.items():
                shelf.write(own)
        finally:
            self._take_in()
        return Applied(self._known.version, tuple(edit.id for _, edit in placed))

    def _take_in(self) -> None:
        placed = [
            (edit, shelf)
            for number, shelf in enumerate(self._shelves)
            for edit in shelf.iter_edits()
            if number == 0 or edit.path[:1] not in (("views",), ("charts",))
        ]
        self._edits = {edit.id: (edit, shelf) for edit, shelf in placed}
        self._clock.show(max((edit.time for edit, _ in placed), default=0))
        state = make_state(fold(edit for edit, _ in placed))
        version = self._known.version + (state != self._known.state or not self._known.version)
        self._known = Known(version, state, self._find_remarks())

    def _find_remarks(self) -> tuple[str, ...]:
        return tuple(itertools.chain.from_iterable(shelf.remarks for shelf in self._shelves))

    def _find_shelf(self, change: Change) -> Shelf:
        run = find_run_of(change.path, change.value)
        shelf = self._shelves[0] if run is None else find_shelf(self._shelves, run)
        if shelf is None:
            raise ValueError(f"run must be one of the logdirs' runs; got {run!r}. Nothing was kept.")
        return shelf

    def _find_edit(self, identifier: str) -> tuple[Edit, Shelf]:
        oldest = self._clock.tick() - UNDO_SECS * 1_000_000
        found = self._edits.get(identifier)
        if found is None or found[0].time < oldest:
            raise KeyError(f"No edit of the last {UNDO_SECS // 86_400} days is known as {identifier!r}.")
        return found
