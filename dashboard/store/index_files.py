"""The indexes on this machine: where that of a logdir lies, what it holds, and which are removed.

All of it works while boards run: an index that someone writes is only read, and never removed.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from dashboard.store import schema
from dashboard.store.lock import HeldError, WriterLock, find_holder

MAX_FOLDER_BYTES = 16 << 30
"""What all indexes may take together; those that were opened longest ago go first."""
MAX_UNUSED_SECS = 90 * 86_400
"""An index that no board has opened for so long goes whatever the others take."""

_SUFFIX = ".sqlite"
_COUNTS = f"""
WITH found AS (SELECT {schema.SELECT_TAG} AS tag, {schema.SELECT_FILE} AS file, num_rows FROM chunks)
SELECT
    (SELECT count(*) FROM files), (SELECT count(DISTINCT run) FROM files),
    (SELECT count(*) FROM (SELECT DISTINCT tag, run FROM found JOIN files ON files.id = found.file)),
    (SELECT count(*) FROM chunks), (SELECT total(num_points) FROM files),
    (SELECT total(num_rows) FROM found JOIN tags ON tags.id = found.tag WHERE tags.kind != 'scalars')
"""


@dataclass(frozen=True)
class IndexFacts:
    """What there is to say of one index.

    Attributes:
        path: Its file.
        exists: Whether there is one.
        num_bytes: Size on disk.
        problem: Why it cannot be used, completing the sentence "the index …"; "" if it can.
        writer: Who writes it now: `process 42 on box`; "" if nobody does.
        num_files: Event files.
        num_runs: Runs that they belong to.
        num_series: Tags of all runs that have a value.
        num_chunks: In how many pieces these are kept.
        num_points: Scalars.
        num_blobs: All other values, of which the index knows the places.
    """

    path: Path
    exists: bool = False
    num_bytes: int = 0
    problem: str = ""
    writer: str = ""
    num_files: int = 0
    num_runs: int = 0
    num_series: int = 0
    num_chunks: int = 0
    num_points: int = 0
    num_blobs: int = 0

    @property
    def bytes_per_point(self) -> float:
        """Of scalars and blobs together; NaN if there are none."""
        num_values = self.num_points + self.num_blobs
        return self.num_bytes / num_values if num_values else math.nan


def find_default_folder() -> Path:
    """Where indexes lie unless people say otherwise: in the user's cache folder."""
    return platformdirs.user_cache_path("board", appauthor=False) / "indexes"


def find_index(logdir: str, folder: Path | None = None) -> Path:
    """Where the index of a logdir lies, whether there is one or not.

    Args:
        logdir: What tells the logdir from every other: `Settings.logdir_key`.
        folder: Where indexes lie; None for the user's cache folder.
    """
    label = re.sub(r"[^\w.-]+", "_", Path(logdir).name)[:40] or "logdir"
    digest = hashlib.sha256(os.fsencode(logdir)).hexdigest()[:16]
    return (folder or find_default_folder()) / f"{label}-{digest}{_SUFFIX}"


def describe(logdir: str, folder: Path | None = None) -> IndexFacts:
    """Looks at the index of a logdir, also while a board writes it.

    Args:
        logdir: As of `find_index`.
        folder: As of `find_index`.
    """
    path = find_index(logdir, folder)
    if not path.exists():
        return IndexFacts(path)
    num_bytes, writer = schema.count_bytes(path), find_holder(path.with_suffix(".lock"))
    try:
        with closing(schema.connect(path)) as connection:
            schema.check(connection, logdir)
            files, runs, series, chunks, points, blobs = connection.execute(_COUNTS).fetchone()
    except (sqlite3.Error, schema.IndexUnusableError) as error:
        problem = str(error) if isinstance(error, schema.IndexUnusableError) else f"cannot be read ({error})"
        return IndexFacts(path, True, num_bytes, problem, writer)
    return IndexFacts(path, True, num_bytes, "", writer, files, runs, series, chunks, int(points), int(blobs))


def prune(
    folder: Path,
    *,
    now: float | None = None,
    max_bytes: int = MAX_FOLDER_BYTES,
    max_unused_secs: float = MAX_UNUSED_SECS,
) -> list[Path]:
    """Removes indexes that were not opened for long, and those opened longest ago where all take too much.

    Args:
        folder: Where they lie.
        now: Seconds since the epoch; None to ask the clock.
        max_bytes: What all may take together.
        max_unused_secs: How long one is kept that nobody opens.

    Returns:
        Those that were removed.
    """
    now = time.time() if now is None else now
    found = sorted(((_last_opened(path), path) for path in folder.glob(f"*{_SUFFIX}")), reverse=True)
    num_bytes, removed = 0, []
    for last_opened, path in found:
        size = schema.count_bytes(path)
        if now - last_opened <= max_unused_secs and num_bytes + size <= max_bytes:
            num_bytes += size
        elif _remove_unless_held(path):
            removed.append(path)
    return removed


def _last_opened(path: Path) -> float:
    """When a board last opened an index for writing: then it wrote its name into the lock."""
    for file in (path.with_suffix(".lock"), path):
        with suppress(OSError):
            return file.stat().st_mtime
    return 0.0


def _remove_unless_held(path: Path) -> bool:
    try:
        lock = WriterLock(path.with_suffix(".lock"))
    except (HeldError, OSError):
        return False
    try:
        schema.remove(path)
    except OSError:
        return False
    finally:
        lock.close()
    return True
