"""What can be given as a logdir: a folder, several, one with a name of its own, a pattern, an address.

Synopsis:
    >>> parse_logdirs(["baseline=/logs/a", "/logs/2024-*/runs", "s3://bucket/runs"])  # doctest: +NORMALIZE_WHITESPACE
    (Logdir(name='baseline', path='/logs/a', pattern=''),
     Logdir(name='logs', path='/logs', pattern='2024-*/runs'),
     Logdir(name='runs', path='s3://bucket/runs', pattern=''))
    >>> parse_logdirs("/logs/a")
    (Logdir(name='', path='/logs/a', pattern=''),)
"""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from summaries.event_file import is_remote
from summaries.stores import find_system

AnyPath = str | os.PathLike[str]


@dataclass(frozen=True)
class Logdir:
    """One folder whose runs are read.

    Attributes:
        name: What the names of its runs begin with; "" where there is one logdir without a name.
        path: The folder: an absolute path of this machine, or an address. The runs' names go on from here.
        pattern: Which folders below `path` are read, as `2024-*/runs`; "" for all of it.
    """

    name: str
    path: str
    pattern: str = ""

    @property
    def is_remote(self) -> bool:
        """Whether it lies in an object store."""
        return is_remote(self.path)

    @property
    def key(self) -> str:
        """What tells it from every other."""
        path = os.path.join(self.path, self.pattern) if self.pattern else self.path
        return f"{self.name}={path}" if self.name else path

    @property
    def label(self) -> str:
        """How to name it to a reader: relative to the working folder where that is shorter."""
        path = os.path.join(self.path, self.pattern) if self.pattern else self.path
        if not self.is_remote and Path(path).is_relative_to(Path.cwd()):
            path = str(Path(path).relative_to(Path.cwd()))
        return show_path(path)

    @property
    def exists(self) -> bool:
        """Whether it is there, as far as one can tell without asking a store."""
        return self.is_remote or os.path.isdir(self.path)

    def check(self) -> None:
        """Finds the library of an object store; asks no store.

        Raises:
            ImportError: If it is not installed; the message names the extra.
            OSError: If there is no such kind of address.
        """
        if self.is_remote:
            find_system(self.path)

    def run_name(self, relative: str) -> str:
        """The name of the run in the folder `relative` to `path`, "" for `path` itself."""
        return "/".join(part for part in (self.name, show_path(relative)) if part) or "."


def parse_logdirs(given: AnyPath | Sequence[AnyPath]) -> tuple[Logdir, ...]:
    """Reads what was given as logdir.

    A string may be `name=path`, unless there is a folder of that whole name, and a pattern with `*`, `?`, `[…]` or
    `**`, unless there is a folder of that very name. `~` is the home folder. With several, each has a name: the one
    given, else the last part of its path, or as many as tell them apart.

    Raises:
        ValueError: If nothing is given, or a path or name is empty, or a name given twice.
    """
    items = [given] if isinstance(given, str | os.PathLike) else list(given)
    if not items:
        raise ValueError("logdir must be a folder, or several; got none. Pass the folder given to SummaryWriter.")
    logdirs = tuple(dict.fromkeys(_parse(item) for item in items))
    names = [logdir.name for logdir in logdirs if logdir.name]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"name of a logdir must be given once; got {name!r} twice. Name each otherwise.")
    return logdirs if len(logdirs) == 1 else _name_all(logdirs)


def find_run(path: Path, logdirs: Sequence[Logdir]) -> str:
    """The run that an event file belongs to, by its path alone.

    >>> find_run(Path("/logs/a/b/events.out.tfevents.1"), parse_logdirs("/logs"))
    'a/b'
    """
    folder = os.path.dirname(path)
    for logdir in sorted(logdirs, key=lambda logdir: -len(logdir.path)):
        base = str(Path(logdir.path)) if logdir.is_remote else logdir.path.rstrip("/")
        if folder == base or folder.startswith(f"{base}/"):
            return logdir.run_name(folder[len(base) + 1 :])
    return show_path(folder)


def show_path(path: AnyPath) -> str:
    r"""A path as text that any encoder takes; bytes that are no UTF-8 are written out.

    >>> show_path("caf\udce9")
    'caf\\xe9'
    """
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _parse(given: AnyPath) -> Logdir:
    text = os.fspath(given)
    if not text:
        raise ValueError("logdir must be a folder; got an empty name. Pass . for the working folder.")
    if not isinstance(given, str):
        return Logdir("", _to_absolute(text))
    name, equals, rest = text.partition("=")
    is_named = bool(equals) and "/" not in name and not os.path.exists(os.path.expanduser(text))
    if not is_named:
        return _find_pattern("", text)
    if not name or not rest:
        raise ValueError(f"logdir must be path or name=path; got {text!r}. Give both sides of the =.")
    return _find_pattern(name, rest)


def _find_pattern(name: str, text: str) -> Logdir:
    """Splits a pattern from the folder that it begins at."""
    path = text.rstrip("/") if is_remote(text) else _to_absolute(text.removeprefix("file://"))
    if not glob.has_magic(path) or (not is_remote(path) and os.path.exists(path)):
        return Logdir(name, path)
    parts = path.split("/")
    first = next(number for number, part in enumerate(parts) if glob.has_magic(part))
    return Logdir(name, "/".join(parts[:first]) or "/", "/".join(parts[first:]))


def _to_absolute(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path))


def _name_all(logdirs: Sequence[Logdir]) -> tuple[Logdir, ...]:
    """Gives each a name; patterns that begin at one folder share theirs."""
    given = {logdir.name for logdir in logdirs}
    ends = {logdir.path: _ends_of(logdir.path) for logdir in logdirs if not logdir.name}
    names = {}
    for path, own in ends.items():
        taken = given.union(*(found for other, found in ends.items() if other != path))
        names[path] = next((end for end in own if end not in taken), show_path(path))
    return tuple(logdir if logdir.name else replace(logdir, name=names[logdir.path]) for logdir in logdirs)


def _ends_of(path: str) -> list[str]:
    """The last part of a path, the last two, and so on."""
    address = path.partition("://")[2] if is_remote(path) else path
    parts = [show_path(part) for part in address.split("/") if part]
    return ["/".join(parts[-number:]) for number in range(1, len(parts) + 1)]
