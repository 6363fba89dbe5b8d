"""The tables of an index, and what tells that a file is one.

An index is a cache of what the event files say. It is rebuilt, never migrated: `VERSION` grows whenever a table, the
bytes of a chunk, or what the reader makes of an event file changes.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from dashboard import __version__

APPLICATION_ID = 0x626F6172
VERSION = 2

_TABLES = """
-- what the index is of, and who wrote it
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
-- one number for each name and kind, in all files
CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, UNIQUE (name, kind));
-- the tags of a file with their metadata; files of one program share a list
CREATE TABLE tag_lists (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, tags TEXT NOT NULL);
-- paths and names of runs are bytes, as the file system has them; numbers of files are never used again
CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT, run BLOB NOT NULL, path BLOB NOT NULL UNIQUE,
    tag_list INTEGER NOT NULL, state_tag_list INTEGER NOT NULL,
    identity TEXT NOT NULL, head BLOB NOT NULL, read_bytes INTEGER NOT NULL, size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL, num_records INTEGER NOT NULL, problems TEXT NOT NULL, is_torn INTEGER NOT NULL,
    num_rows BLOB NOT NULL, num_blob_rows BLOB NOT NULL, purges TEXT NOT NULL,
    num_points INTEGER NOT NULL, first_wall_time REAL, last_wall_time REAL, series_tallies BLOB NOT NULL
);
-- what the files of a run say of the run as a whole
CREATE TABLE runs (name BLOB PRIMARY KEY, facts TEXT NOT NULL) WITHOUT ROWID;
-- keys are those of `make_key`: clustered by tag, since a card draws one tag of many runs
CREATE TABLE chunks (key INTEGER PRIMARY KEY, num_rows INTEGER NOT NULL, data BLOB NOT NULL);
"""


_FILE_BITS, _NUMBER_BITS = 22, 18
_LIMITS = 1 << (63 - _FILE_BITS - _NUMBER_BITS), 1 << _FILE_BITS, 1 << _NUMBER_BITS
SELECT_TAG, SELECT_FILE = f"key >> {_FILE_BITS + _NUMBER_BITS}", f"(key >> {_NUMBER_BITS}) & {(1 << _FILE_BITS) - 1}"
"""What gives the tag and the file of a chunk in SQL."""


def make_key(tag: int, file: int, number: int) -> int:
    """The key of a chunk: in the order of tags, then files, then chunks. A table of whole numbers is packed best.

    >>> make_key(1, 0, 0) > make_key(0, 9, 9) > make_key(0, 9, 8) > make_key(0, 8, 9)
    True

    Raises:
        OverflowError: If there are too many tags or files.
    """
    if tag >= _LIMITS[0] or file >= _LIMITS[1]:
        raise OverflowError(f"an index holds 8 million tags and 4 million files; got tag {tag}, file {file}.")
    return (tag << _FILE_BITS | file) << _NUMBER_BITS | number


def find_range(tag: int, file: int) -> tuple[int, int]:
    """The first and the last key that chunks of a tag in a file may have."""
    return make_key(tag, file, 0), make_key(tag, file, _LIMITS[2] - 1)


class IndexUnusableError(Exception):
    """A file is no index that can be used; the text completes the sentence "the index …"."""


def connect(path: Path, *, is_writer: bool = False) -> sqlite3.Connection:
    """Opens a database; only a writer makes one where there is none.

    Raises:
        sqlite3.Error: If it cannot be opened.
    """
    uri = f"{path.absolute().as_uri()}?mode={'rwc' if is_writer else 'ro'}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)


def open_for_writing(path: Path, logdir: str) -> sqlite3.Connection:
    """Opens the index of a logdir, a new one where there is no file.

    Raises:
        IndexUnusableError: If the file is another one.
    """
    connection = None
    try:
        path.touch(mode=0o600)  # what logs hold is for nobody else to read
        connection = connect(path, is_writer=True)
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            _make_tables(connection, logdir)
        check(connection, logdir)
        connection.execute("PRAGMA synchronous = NORMAL")
    except (sqlite3.Error, IndexUnusableError) as error:
        if connection is not None:
            connection.close()
        if isinstance(error, IndexUnusableError):
            raise
        raise IndexUnusableError(f"cannot be read ({error})") from error
    return connection


def _make_tables(connection: sqlite3.Connection, logdir: str) -> None:
    connection.execute("PRAGMA page_size = 8192")
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(
        f"BEGIN; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};{_TABLES}"
    )
    connection.executemany("INSERT INTO facts VALUES (?, ?)", [("release", __version__), ("logdir", logdir)])
    connection.execute("COMMIT")


def check(connection: sqlite3.Connection, logdir: str | None = None) -> None:
    """Looks whether a database is an index of this release, and of `logdir` if that is given.

    Raises:
        IndexUnusableError: If it is not.
        sqlite3.Error: If it is no database.
    """
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise IndexUnusableError("is not one that board made")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    facts = dict(connection.execute("SELECT name, value FROM facts")) if version == VERSION else {}
    if facts.get("release") != __version__:
        raise IndexUnusableError("was made by another release of board")
    if logdir is not None and facts.get("logdir") != logdir:
        raise IndexUnusableError(f"is that of another logdir, {facts.get('logdir')!r}")


def remove(path: Path) -> None:
    """Removes an index, and the files that SQLite keeps beside it.

    Raises:
        OSError: If it cannot be removed.
    """
    for suffix in ("-wal", "-shm", ""):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).unlink()


def count_bytes(path: Path) -> int:
    """Size of an index on disk, with the files that SQLite keeps beside it."""
    num_bytes = 0
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            num_bytes += path.with_name(path.name + suffix).stat().st_size
    return num_bytes
