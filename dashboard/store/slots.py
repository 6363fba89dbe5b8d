"""Which colour each run of a logdir has by itself: a slot, a number from 0 that a run gets once and keeps for ever.

Slots are given in the order in which runs are seen for the first time, those of one look by age. So a run that comes
later, however old it is, changes no other's. The page draws slot 12 as slot 0, with dashes where both are seen.

The names lie in a file beside the logdir's index, never in the logdir: to open one writes nothing there. Each line is
a name in JSON, and its place is the slot. Lines are only ever added, so boards that run at once agree by reading what
is there: the first line with a name counts.
"""

from __future__ import annotations

import json
import logging
import os
from collections import ChainMap
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from dashboard.store.index_files import find_default_folder, find_index
from dashboard.store.protocol import RunFacts

_log = logging.getLogger(__name__)

MAX_BYTES = 64 << 20
"""Runs that come when the file is larger keep their slots while the board runs."""
_SUFFIX = ".slots"


class Slots:
    """The slots of the runs of one logdir. Not thread-safe.

    Args:
        path: The file; None to keep them in memory only.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._num_bytes_read = 0
        self._num_lines = 0
        self._known: dict[str, int] = {}
        self._passing: dict[str, int] = {}

    def assign(self, runs: Sequence[RunFacts], *, is_settled: bool) -> Mapping[str, int]:
        """The slots of some runs, and of all that were seen before.

        Args:
            runs: In any order.
            is_settled: Whether the logdir was looked at to the end. Before that, runs that are seen for the first time
                have a slot for the time being, since an older one may still be found.
        """
        if not self._num_lines:
            self._look()
        new = [run for run in runs if run.name not in self._known]
        if new and is_settled:
            self._keep([run.name for run in sorted(new, key=_by_age)])
            self._passing = {}
        elif new:
            for run in new:
                self._passing.setdefault(run.name, len(self._known) + len(self._passing))
            return ChainMap(self._known, self._passing)
        return self._known

    def _keep(self, names: Sequence[str]) -> None:
        if self._path is not None:
            try:
                self._append(self._path, names)
            except OSError as error:
                _log.warning(
                    "Could not keep the colours of runs in %s: %s. Continuing with them in memory.", self._path, error
                )
                self._path = None
        for name in names:
            if name not in self._known:
                self._known[name] = self._num_lines
                self._num_lines += 1

    def _append(self, path: Path, names: Sequence[str]) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._look()  # another board may have seen them
        lines = [json.dumps(name) + "\n" for name in names if name not in self._known]
        with path.open("ab") as file:
            size = file.tell()
            if size > MAX_BYTES:
                return
            is_torn = size > 0 and not _ends_a_line(path)
            file.write((b"\n" if is_torn else b"") + "".join(lines).encode())
        self._look()

    def _look(self) -> None:
        """Reads the lines that are new."""
        if self._path is None:
            return
        with suppress(OSError), self._path.open("rb") as file:
            file.seek(self._num_bytes_read)
            data = file.read(2 * MAX_BYTES)
            whole = data[: data.rfind(b"\n") + 1]
            self._num_bytes_read += len(whole)
            for line in whole.splitlines():
                name = _read_name(line)
                if name is not None:
                    self._known.setdefault(name, self._num_lines)
                self._num_lines += 1


def find_slots(logdir: str, index: Path | None) -> Path:
    """Where the slots of a logdir lie: beside its index.

    Args:
        logdir: As of `find_index`.
        index: Folder of indexes; None for the user's cache folder.
    """
    return find_index(logdir, index or find_default_folder()).with_suffix(_SUFFIX)


def _read_name(line: bytes) -> str | None:
    """The name that a line has; None if it is none, as of a board that was killed meanwhile."""
    try:
        name = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return name if isinstance(name, str) else None


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _by_age(run: RunFacts) -> tuple[bool, float, str]:
    """The oldest first; those without a point yet come last."""
    is_pointless = run.first_wall_time != run.first_wall_time
    return is_pointless, 0.0 if is_pointless else run.first_wall_time, run.name
