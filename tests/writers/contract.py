"""A program that writes event files, and where to find what it wrote."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


@dataclass(frozen=True)
class Writer:
    """A writer that the reader is held against.

    Attributes:
        title: What people call it.
        kinds: The kinds that it writes; all of them must be found.
        packages: The packages whose versions count, of a writer that runs in the tests.
        write: Fills a logdir. None: a folder of tests/fixtures holds what it wrote (scripts/make_fixtures.py).
        is_peer: Whether it needs what only `make test-peers` installs.
    """

    title: str
    kinds: tuple[str, ...]
    packages: tuple[str, ...] = ()
    write: Callable[[Path], None] | None = None
    is_peer: bool = False


def find_logdir(name: str, writer: Writer, folder: Path) -> Path:
    """A logdir by `writer`, written into `folder` if it is no fixture."""
    if writer.write is None:
        return FIXTURES / name
    writer.write(folder)
    return folder


def find_versions(name: str, writer: Writer) -> dict[str, str]:
    """The version of each package that counts, without the build."""
    if writer.write is None:
        return dict(json.loads((FIXTURES / "versions.json").read_text())[name])
    return {package: version(package).partition("+")[0] for package in writer.packages}
