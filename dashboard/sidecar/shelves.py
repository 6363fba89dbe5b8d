"""Where what people add to the runs of one logdir lies: in the logdir, or else in the user's data folder.

Edits in a logdir name its runs relative to it, so that they are found again however the logdir is opened: alone, among
others, under a name.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path as FilePath

import platformdirs

from dashboard.sidecar.edit_folder import EditFolder, describe
from dashboard.sidecar.edits import Edit, Path
from summaries import Logdir
from summaries.files import SIDECAR

EDITS = "edits"
_IS_EFFECTIVE = os.access in os.supports_effective_ids
_UNWRITABLE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ELOOP, errno.ENOTDIR})


class Shelf:
    """The edits on the runs of one logdir. Not thread-safe.

    Args:
        logdir: The logdir.
        data: Where folders of logdirs lie that can't be written to; left out, the user's data folder.
    """

    def __init__(self, logdir: Logdir, data: FilePath | None = None) -> None:
        self._logdir = logdir
        self._data = find_data_folder() if data is None else data
        self._beside = None if logdir.is_remote else EditFolder(logdir.path, (SIDECAR, EDITS))
        self._apart = EditFolder(os.fspath(self._data), (_name_folder(logdir.path), EDITS))
        self._reason = "it is an object store" if logdir.is_remote else _find_obstacle(logdir.path)

    @property
    def name(self) -> str:
        """Name of the logdir."""
        return self._logdir.name

    @property
    def path(self) -> str:
        """Folder or address of the logdir."""
        return self._logdir.path

    @property
    def remarks(self) -> tuple[str, ...]:
        """What people should know of it, a sentence each."""
        found = [problem for folder in self._folders for problem in folder.problems]
        if self._reason:
            what = f"What is added to runs of {self._logdir.label} is kept for this user only, in {self._apart.path}"
            found.append(f"{what}: {self._reason}.")
        return tuple(found)

    @property
    def _folders(self) -> tuple[EditFolder, ...]:
        return (self._apart,) if self._beside is None else (self._beside, self._apart)

    def look(self) -> bool:
        """Reads what is new; whether anything is."""
        return any([folder.look() for folder in self._folders])

    def iter_edits(self) -> Iterator[Edit]:
        """All edits, with the names of runs as the board has them; one may come twice."""
        for folder in self._folders:
            for edit in folder.edits:
                yield self._rename(edit, self._to_global)

    def find_local(self, run: str) -> str | None:
        """Name of a run relative to the logdir, `.` for that itself; None if the run is not of this logdir."""
        if not self.name:
            return run
        if run == self.name:
            return "."
        return run.removeprefix(f"{self.name}/") if run.startswith(f"{self.name}/") else None

    def write(self, edits: Sequence[Edit]) -> None:
        """Keeps edits: in the logdir if that can be written to.

        Raises:
            OSError: If they could not be kept, as on a full disk.
        """
        local = [self._rename(edit, self._to_local) for edit in edits]
        if self._beside is not None:
            try:
                self._beside.write(local)
            except OSError as error:
                if error.errno not in _UNWRITABLE:
                    raise
                self._reason = describe(error)
            else:
                self._reason = ""
                return
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._apart.write(local)

    def _to_global(self, run: str) -> str:
        return self._logdir.run_name("" if run == "." else run)

    def _to_local(self, run: str) -> str:
        local = self.find_local(run)
        return run if local is None else local

    def _rename(self, edit: Edit, rename: Callable[[str], str]) -> Edit:
        if not self.name:
            return edit
        match edit.path:
            case ("runs", run, *rest):
                return replace(edit, path=("runs", rename(run), *rest))
            case ("baseline",) if isinstance(edit.value, str):
                return replace(edit, value=rename(edit.value))
        return edit


def find_shelf(shelves: Sequence[Shelf], run: str) -> Shelf | None:
    """The shelf for a run; None if the run is of none of the logdirs."""
    fitting = (shelf for shelf in sorted(shelves, key=lambda shelf: -len(shelf.name)) if shelf.find_local(run))
    return next(fitting, None)


def find_run_of(path: Path, value: object) -> str | None:
    """The run that an edit is about; None if it is about none."""
    match path:
        case ("runs", run, *_):
            return run
        case ("baseline",) if isinstance(value, str):
            return value
    return None


def find_data_folder() -> FilePath:
    """Where what is added to runs lies if their logdir can't be written to."""
    return platformdirs.user_data_path("board", appauthor=False) / "sidecars"


def _name_folder(path: str) -> str:
    """The name of a logdir's folder in the data folder: one can tell it, and no other has it."""
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    letters = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in os.path.basename(path))
    return f"{letters[:40]}-{digest}"


def _find_obstacle(path: str) -> str:
    """Why nothing can be kept in a logdir; "" if it can, or if that shows later."""
    for place in (os.path.join(path, SIDECAR, EDITS), os.path.join(path, SIDECAR), path):
        if os.path.islink(place) and place != path:
            return "a link is in the place of a folder"
        if os.path.exists(place):
            return "" if os.access(place, os.W_OK, effective_ids=_IS_EFFECTIVE) else "it can't be written to"
    return ""
