"""The index of a logdir: what its event files say, in one SQLite file that may be deleted at any time.

Each transaction takes a file's rows together with its state, so the index always says what the first so many bytes of
a file hold, whenever the process is killed. One writer (`lock`), any number of readers, in other processes too.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from dashboard.store import schema
from dashboard.store.chunks import ChunkError, Column, decode_chunk, encode_chunk
from dashboard.store.file_rows import (
    INSERT_FILE,
    UPDATE_FILE,
    IndexedFile,
    decode_file,
    decode_tags,
    encode_file,
    encode_tags,
)
from summaries import Tag
from summaries.columns import BLOB_COLUMNS, SCALAR_COLUMNS, Columns

MIN_ROWS = 4_096
"""A chunk below this length is made anew with the rows that come next."""
MAX_ROWS = 1 << 18
"""No chunk is longer."""

_Chunk = tuple[int, int, bytes]  # a row of the table


class IndexDamagedError(Exception):
    """The index does not hold what it should; the text completes the sentence "the index …"."""


class Index:
    """An open index. Writing is for one thread at a time, reading for any."""

    def __init__(self, path: Path, logdir: str) -> None:
        """Opens it, or makes a new one.

        Args:
            path: The file.
            logdir: What tells the logdir from every other.

        Raises:
            schema.IndexUnusableError: If there is something else under the path.
        """
        self.path = path
        self._writer = schema.open_for_writing(path, logdir)
        self._readers: list[sqlite3.Connection] = []
        self._tag_numbers: dict[tuple[str, str], int] = {}
        self._new_tag_numbers: dict[tuple[str, str], int] = {}
        self._is_closed = False

    def close(self) -> None:
        """Closes it; a read that is going on ends well."""
        self._is_closed = True
        while self._readers:
            self._readers.pop().close()
        self._writer.close()

    def tidy(self) -> None:
        """Forgets what no file refers to any more.

        Raises:
            sqlite3.Error: If it cannot be written now.
        """
        self._writer.execute("DELETE FROM runs WHERE name NOT IN (SELECT run FROM files)")
        used = "SELECT tag_list FROM files UNION SELECT state_tag_list FROM files"
        self._writer.execute(f"DELETE FROM tag_lists WHERE id NOT IN ({used})")

    @property
    def num_bytes(self) -> int:
        """Size on disk."""
        return schema.count_bytes(self.path)

    def read_files(self) -> list[IndexedFile]:
        """All files.

        Raises:
            IndexDamagedError: If they cannot be read.
        """
        with _saying_damage():
            for number, name, kind in self._writer.execute("SELECT id, name, kind FROM tags"):
                self._tag_numbers[name, kind] = number
            lists = self._writer.execute("SELECT id, tags FROM tag_lists")
            tags = {number: decode_tags(text) for number, text in lists}
            return [decode_file(row, tags) for row in self._writer.execute("SELECT * FROM files ORDER BY id")]

    def read_facts(self) -> dict[str, str]:
        """What `write` was told of each run as a whole.

        Raises:
            IndexDamagedError: If it cannot be read.
        """
        with _saying_damage():
            return {os.fsdecode(run): facts for run, facts in self._writer.execute("SELECT name, facts FROM runs")}

    def read(self, file: int, tag: Tag, num_rows: int) -> list[Column]:
        """The first rows of a tag in a file.

        Returns:
            Step, wall time, value; or step, wall time, offset, length.

        Raises:
            IndexDamagedError: If they are not there as they were written.
        """
        query = "SELECT data FROM chunks WHERE key BETWEEN ? AND ? ORDER BY key"
        with _saying_damage(), self._reader() as reader:
            keys = schema.find_range(self._tag_numbers[tag.name, tag.kind], file)
            found = reader.execute(query, keys).fetchall()
            chunks = [decode_chunk(data) for (data,) in found]
        if sum(len(chunk[0]) for chunk in chunks) < num_rows:
            raise IndexDamagedError(f"lacks rows of {tag.name!r}")
        return [_concatenate(parts)[:num_rows] for parts in zip(*chunks, strict=True)]

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        """A connection that no other thread uses meanwhile."""
        try:
            reader = self._readers.pop()
        except IndexError:
            reader = schema.connect(self.path)
        try:
            yield reader
        finally:
            self._readers.append(reader)
            if self._is_closed:
                self._readers.remove(reader)
                reader.close()

    def write(
        self,
        files: Sequence[tuple[IndexedFile, Columns]] = (),
        facts: Mapping[str, str] | None = None,
        removed: Sequence[int] = (),
        pause: Callable[[], None] = lambda: None,
    ) -> list[int]:
        """Takes new rows, what runs say, and files that are gone: all of it or nothing.

        Args:
            files: Each as it is with its new rows, and the new rows.
            facts: What is to be kept of runs; "" for those that are gone.
            removed: Numbers of files.
            pause: Called between chunks; it may wait.

        Returns:
            The numbers of `files`.

        Raises:
            sqlite3.Error: If it cannot be written now.
            IndexDamagedError: If what was written before cannot be read.
            OverflowError: If it is too much for an index.
        """
        self._new_tag_numbers = {}
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            for number in removed:
                self._remove(number)
            chunks: list[_Chunk] = []
            numbers = [self._write_file(file, columns, chunks, pause) for file, columns in files]
            # In the order of the table its pages fill; file by file a third of each stays empty.
            self._writer.executemany("INSERT OR REPLACE INTO chunks VALUES (?, ?, ?)", sorted(chunks))
            self._write_facts(facts or {})
            self._writer.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._writer.execute("ROLLBACK")
            raise
        self._tag_numbers |= self._new_tag_numbers
        if removed:
            self._writer.execute("PRAGMA incremental_vacuum").fetchall()
        return numbers

    def _remove(self, file: int) -> None:
        query = "SELECT tags FROM files JOIN tag_lists ON tag_lists.id = files.tag_list WHERE files.id = ?"
        for (text,) in self._writer.execute(query, (file,)).fetchall():
            keys = [schema.find_range(self._get_tag_number(tag), file) for tag in decode_tags(text)]
            self._writer.executemany("DELETE FROM chunks WHERE key BETWEEN ? AND ?", keys)
        self._writer.execute("DELETE FROM files WHERE id = ?", (file,))

    def _write_file(self, file: IndexedFile, columns: Columns, chunks: list[_Chunk], pause: Callable[[], None]) -> int:
        """Writes a file's row, and adds its new chunks to `chunks`; returns its number."""
        tag_list, state_tag_list = map(self._get_tag_list_number, (file.tags, file.state.tags))
        values = encode_file(file, tag_list, state_tag_list)
        cursor = self._writer.execute(INSERT_FILE if file.number is None else UPDATE_FILE, values)
        number = int(cursor.lastrowid or 0) if file.number is None else file.number
        for names, starts in ((SCALAR_COLUMNS, columns.starts), (BLOB_COLUMNS, columns.blob_starts)):
            for tag_id in np.flatnonzero(np.diff(starts)).tolist():
                pause()
                begin, end = starts[tag_id : tag_id + 2].tolist()
                rows = [getattr(columns, name)[begin:end] for name in names]
                chunks.extend(self._make_chunks(self._get_tag_number(file.tags[tag_id]), number, rows))
        return number

    def _make_chunks(self, tag: int, file: int, rows: list[Column]) -> Iterator[_Chunk]:
        """Chunks for the next rows of a tag in a file; a short last chunk is made anew with them."""
        query = "SELECT key, num_rows FROM chunks WHERE key BETWEEN ? AND ? ORDER BY key DESC LIMIT 1"
        first, last = schema.find_range(tag, file)
        key, num_rows = self._writer.execute(query, (first, last)).fetchone() or (first - 1, MIN_ROWS)
        if num_rows < MIN_ROWS:
            rows = [np.concatenate(parts) for parts in zip(self._read_chunk(key), rows, strict=True)]
        else:
            key += 1
        for begin in range(0, len(rows[0]), MAX_ROWS):
            if key > last:
                raise OverflowError(f"an index holds no more chunks of a tag in a file; got tag {tag}, file {file}.")
            part = [column[begin : begin + MAX_ROWS] for column in rows]
            yield key, len(part[0]), encode_chunk(part)
            key += 1

    def _read_chunk(self, key: int) -> list[Column]:
        with _saying_damage():
            return decode_chunk(self._writer.execute("SELECT data FROM chunks WHERE key = ?", (key,)).fetchone()[0])

    def _write_facts(self, facts: Mapping[str, str]) -> None:
        for run, text in facts.items():
            if text:
                self._writer.execute("INSERT OR REPLACE INTO runs VALUES (?, ?)", (os.fsencode(run), text))
            else:
                self._writer.execute("DELETE FROM runs WHERE name = ?", (os.fsencode(run),))

    def _get_tag_number(self, tag: Tag) -> int:
        key = tag.name, tag.kind
        number = self._tag_numbers.get(key) or self._new_tag_numbers.get(key)
        if number is None:
            number = self._writer.execute("INSERT INTO tags (name, kind) VALUES (?, ?)", key).lastrowid
            self._new_tag_numbers[key] = int(number or 0)
        return int(number or 0)

    def _get_tag_list_number(self, tags: tuple[Tag, ...]) -> int:
        digest, text = encode_tags(tags)
        found = self._writer.execute("SELECT id FROM tag_lists WHERE digest = ?", (digest,)).fetchone()
        if found is None:
            query = "INSERT INTO tag_lists (digest, tags) VALUES (?, ?)"
            found = (self._writer.execute(query, (digest, text)).lastrowid,)
        return int(found[0])


@contextmanager
def _saying_damage() -> Iterator[None]:
    try:
        yield
    except ChunkError as error:
        raise IndexDamagedError(f"holds a damaged chunk: {error}") from error
    except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
        raise IndexDamagedError(f"cannot be read ({error})") from error


def _concatenate(parts: Sequence[Column]) -> Column:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
