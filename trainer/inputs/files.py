"""Files of input: local paths, patterns of them, and addresses that fsspec knows."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from summaries.stores import open_system, store_errors

AnyPath = str | os.PathLike[str]

CHUNK_BYTES = 4 << 20


def is_address(path: AnyPath) -> bool:
    """Whether a path is an address, as ``s3://bucket/data``."""
    return "://" in os.fspath(path)


def find_files(paths: AnyPath | Iterable[AnyPath]) -> list[str]:
    """The files of a path, a pattern (``"data/*.tfrecord"``), an address of either, or several; sorted in each pattern.

    Raises:
        FileNotFoundError: If one of them fits no file.
        ImportError: If the library of a store is missing; the message names the extra.
        ValueError: If there is none at all, or the kind of an address is not known.
    """
    listed = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    if not listed:
        raise ValueError("paths must hold at least one file; got none. Pass paths, patterns or addresses.")
    found = [(path, _find(os.fspath(path))) for path in listed]
    for path, files in found:
        if not files:
            raise FileNotFoundError(f"paths must fit files; got {os.fspath(path)!r}, which fits none. Correct it.")
    return [file for _, files in found for file in files]


def read_bytes(path: str) -> bytes:
    """The whole of a file.

    Raises:
        OSError: If it cannot be read.
        ImportError: If the library of a store is missing; the message names the extra.
    """
    return b"".join(iter_chunks(path))


def iter_chunks(path: str) -> Iterator[bytes]:
    """The bytes of a file, in pieces.

    Raises:
        OSError: If it cannot be read.
        ImportError: If the library of a store is missing; the message names the extra.
    """
    if not is_address(path):
        with open(path, "rb") as file:
            yield from iter(lambda: file.read(CHUNK_BYTES), b"")
        return
    system, place = open_system(path, name="path")
    with store_errors():
        file = _open_remote(system, place)
    with file:
        while True:
            with store_errors():
                chunk: bytes = file.read(CHUNK_BYTES)
            if not chunk:
                return
            yield chunk


def _open_remote(system: Any, place: str) -> Any:
    return system.open(place, "rb", block_size=CHUNK_BYTES)


def _find(path: str) -> list[str]:
    if not is_address(path):
        return sorted(glob.glob(path)) if glob.has_magic(path) and not Path(path).exists() else _existing(path)
    system, place = open_system(path, name="path")
    with store_errors():
        places = sorted(system.glob(place)) if glob.has_magic(place) else [place] * bool(system.exists(place))
    return [system.unstrip_protocol(found) for found in places]


def _existing(path: str) -> list[str]:
    return [path] if os.path.exists(path) else []
