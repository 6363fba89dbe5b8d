"""A folder of edits: files of lines, each file written once and never changed.

Whoever keeps edits adds a file, whole or not at all, so no lock is needed and no moment of a crash leaves half of one.
When there are many files they are written as one, and then removed: until then each edit is there twice, which counts
once.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import time
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.sidecar.edits import Edit, decode, encode, show_time
from dashboard.sidecar.fields import check, find_rule
from dashboard.sidecar.folders import open_folder, read_file, remove_file, write_file
from dashboard.sidecar.merge import compact
from summaries.logdirs import show_path

MAX_FILES = 32
"""So many files are written as one."""
KEPT_SECS = 30 * 86_400
"""Edits stay for so long even if they decide nothing any more."""
MAX_FILE_BYTES = 256 << 20

_SUFFIX = ".jsonl"
_ABANDONED_SECS = 3600
_MAX_LOOKS = 20

Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class _File:
    """What was read of a file.

    Attributes:
        stamp: Inode, size and time of the last change, as of then.
        is_own: Whether it may be written as one with others: this user made it, and every line is as we write it.
        edits: Its edits.
        num_strange: Lines that are no edits.
    """

    stamp: Stamp
    is_own: bool
    edits: tuple[Edit, ...] = ()
    num_strange: int = 0


class EditFolder:
    """The edits that lie in one folder. Not thread-safe.

    Args:
        base: The folder that it lies in; it must be there for edits to be kept.
        parts: Where in it.
    """

    def __init__(self, base: str, parts: Sequence[str]) -> None:
        self._base = base
        self._parts = tuple(parts)
        self._files: dict[str, _File] = {}
        self._edits: tuple[Edit, ...] = ()
        self._reason = ""

    @property
    def path(self) -> str:
        """The folder's path, as one shows it."""
        return show_path(os.path.join(self._base, *self._parts))

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All edits, as of the last look, in any order; one may be there twice."""
        return self._edits

    @property
    def problems(self) -> tuple[str, ...]:
        """What could not be read, a sentence each."""
        found = [f"Could not read {self.path}: {self._reason}. Continuing without it."] if self._reason else []
        for name, file in sorted(self._files.items()):
            if file.num_strange:
                lines = (
                    "1 line that is no edit"
                    if file.num_strange == 1
                    else f"{file.num_strange:,} lines that are no edits"
                )
                found.append(f"{self.path}/{show_path(name)} holds {lines}. Continuing without.")
        return tuple(found)

    def look(self) -> bool:
        """Reads what is new; whether anything is."""
        before = self._files
        try:
            with open_folder(self._base, self._parts) as folder:
                self._files = self._read(folder)
            self._reason = ""
        except FileNotFoundError:
            self._files, self._reason = {}, ""
        except OSError as error:
            self._reason = describe(error)
        is_changed = before != self._files
        if is_changed:
            self._edits = tuple(edit for file in self._files.values() for edit in file.edits)
        return is_changed

    def write(self, edits: Sequence[Edit]) -> None:
        """Keeps edits, all of them or none: once this returns they survive the end of the process and the machine's.

        Raises:
            OSError: If they could not be kept.
        """
        with open_folder(self._base, self._parts, is_made=True) as folder:
            write_file(folder, _name_file(edits[-1].time, edits[-1].id), _encode_all(edits))
            with contextlib.suppress(OSError, RecursionError):  # it can be done another time
                self._compact(folder, edits[-1].time)
        self.look()

    def _read(self, folder: int) -> dict[str, _File]:
        """The files as of one moment: none is missed because another board just wrote several as one."""
        listed = _list(folder)
        for _ in range(_MAX_LOOKS):
            files = {name: self._find_file(folder, name, *entry) for name, entry in listed.items()}
            before, listed = listed, _list(folder)
            if listed == before:
                break
            self._files = files
        return files

    def _find_file(self, folder: int, name: str, stamp: Stamp, is_own: bool) -> _File:
        known = self._files.get(name)
        if known is not None and known.stamp == stamp:
            return known
        try:
            lines = read_file(folder, name, MAX_FILE_BYTES).decode(errors="surrogateescape").split("\n")
        except FileNotFoundError:  # another board wrote it into one with others; the next listing tells
            return _File((0, 0, 0), is_own)
        except (OSError, ValueError):
            return _File(stamp, is_own, num_strange=1)
        found = [(_find_edit(line), line) for line in lines if line.strip()]
        right = [(edit, line) for edit, line in found if edit is not None]
        is_plain = len(right) == len(found) and all(_is_plain(edit, line) for edit, line in right)
        return _File(stamp, is_own and is_plain, tuple(edit for edit, _ in right), len(found) - len(right))

    def _compact(self, folder: int, now: int) -> None:
        """Writes many files as one.

        Others' files are left alone, since in some folders they can't be removed; and those with lines that someone
        wrote by hand, or a later release.
        """
        names = [name for name, file in self._files.items() if file.is_own]
        if len(names) <= MAX_FILES:
            return
        own = {edit.id for name in names for edit in self._files[name].edits}
        kept = [edit for edit in compact(self._edits, now - KEPT_SECS * 1_000_000) if edit.id in own]
        # A name of its own: another board may do the same now, with other files.
        write_file(folder, _name_file(now, f"all{secrets.token_hex(6)}"), _encode_all(kept))
        stamps = {name: stamp for name, (stamp, _) in _list(folder).items()}
        for name in names:
            if stamps.get(name) == self._files[name].stamp:  # else someone changed it by hand
                remove_file(folder, name)
        _remove_abandoned(folder)


def describe(error: OSError) -> str:
    """What went wrong, in the system's words, without a path."""
    if error.errno in (errno.ELOOP, errno.ENOTDIR):
        return "a link or a file is in the place of a folder"
    return error.strerror or str(error)


def _list(folder: int) -> dict[str, tuple[Stamp, bool]]:
    found = {}
    for name in os.listdir(folder):
        if not name.endswith(_SUFFIX) or name.startswith("."):
            continue
        with contextlib.suppress(FileNotFoundError):
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if stat.S_ISREG(status.st_mode):
                found[name] = (status.st_ino, status.st_size, status.st_mtime_ns), status.st_uid == os.geteuid()
    return found


def _find_edit(line: str) -> Edit | None:
    """The edit of a line; None if it is none, or breaks a rule. One of a later release is an edit."""
    try:
        edit = decode(line)
        if edit.path and find_rule(edit.path) is not None:
            check(edit.path, edit.value)
    except ValueError:
        return None
    return edit


def _is_plain(edit: Edit, line: str) -> bool:
    """Whether a line is what we write for its edit, so that nothing of it is lost when it is written again."""
    try:
        return encode(edit) == line and bool(line.encode())
    except (ValueError, RecursionError):
        return False


def _encode_all(edits: Sequence[Edit]) -> bytes:
    return "".join(f"{encode(edit)}\n" for edit in edits).encode()


def _name_file(time: int, word: str) -> str:
    """A file's name; names sort by time."""
    return f"{show_time(time).replace(':', '').replace('-', '')}-{word}{_SUFFIX}"


def _remove_abandoned(folder: int) -> None:
    """Removes what was left of files whose writers ended before they were whole."""
    for name in os.listdir(folder):
        if name.startswith(".") and name.endswith(f"{_SUFFIX}.tmp"):
            with contextlib.suppress(OSError):
                age_secs = time.time() - os.stat(name, dir_fd=folder, follow_symlinks=False).st_mtime
                if age_secs > _ABANDONED_SECS:
                    remove_file(folder, name)
