"""The bytes of a blob, read from its event file and verified.

A blob is a part of a record, and only the record has a checksum. So the record around it is looked for, backwards from
the blob: it begins where a length stands with its own checksum and reaches past the blob. All of it is then read and
must have the checksum that follows it. A blob more than 64 MiB behind the front of its record is not verified.

Synopsis:
    >>> import tempfile
    >>> from summaries.records import frame
    >>> path = Path(tempfile.mkdtemp()) / "events.out.tfevents.1"
    >>> _ = path.write_bytes(frame(b"before") + frame(b"around blob around"))
    >>> read_verified(path, 22 + 12 + 7, 4)
    b'blob'
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Iterator
from pathlib import Path

from summaries import Blobs
from summaries.reader import read_blob
from summaries.records import FOOTER_BYTES, HEADER_BYTES, masked_crc32c, pack_checksum

# An event holds little before its first value; the later of many values lie farther from its front.
_WINDOWS = (256, 1 << 16, 1 << 20, 1 << 26)
_HEADER = struct.Struct("<QI")
_HEAD_BYTES = 64

FileIdentity = tuple[int, int, bytes] | None


def read_verified(path: Path, offset: int, length: int) -> bytes:
    """The bytes of a blob.

    Raises:
        OSError: If its event file cannot be read.
        EOFError: If it was cut or changed since the blob was found: no record with the right checksums holds it.
    """
    end = offset + length
    first = max(0, offset - _WINDOWS[0])
    data = read_blob(path, first, end + FOOTER_BYTES - first)  # mostly all that is needed: the blob ends its record
    for begin, num_bytes in _iter_records(path, data[: offset - first], offset, end):
        if begin + num_bytes == end:
            record = data[begin - first :] if begin >= first else read_blob(path, begin, num_bytes + FOOTER_BYTES)
        else:
            record = _read_if_there(path, begin, num_bytes + FOOTER_BYTES)
        if pack_checksum(record[:num_bytes]) == record[num_bytes:]:
            return record[offset - begin : end - begin]
    if offset > _WINDOWS[-1]:
        return read_blob(path, offset, length)
    raise EOFError(f"{path} must hold a whole record around byte {offset}; got other bytes. Read the file again.")


def identify_file(path: Path) -> FileIdentity:
    """What differs once a file was rewritten, though not when it grows; None if it can't be read.

    The head of an event file holds the time at which it was begun.
    """
    try:
        with path.open("rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            return status.st_dev, status.st_ino, file.read(_HEAD_BYTES)
    except OSError:
        return None


def name_place(blobs: Blobs, index: int) -> str:
    """A name that no other value has: of its place, and of its file, told from any that was there before it."""
    path = blobs.paths[index]
    place = path, identify_file(path), int(blobs.offsets[index]), int(blobs.lengths[index])
    return hashlib.sha256(repr(place).encode("utf-8", "backslashreplace")).hexdigest()[:24]


def _read_if_there(path: Path, offset: int, length: int) -> bytes:
    """The bytes; none if the file ends before."""
    try:
        return read_blob(path, offset, length)
    except EOFError:
        return b""


def _iter_records(path: Path, before: bytes, offset: int, end: int) -> Iterator[tuple[int, int]]:
    """Places and lengths of payloads that may hold the bytes from `offset` to `end`, the nearest first.

    Args:
        path: The file.
        before: What stands right before `offset`.
        offset: In bytes from the front of the file.
        end: Likewise.
    """
    seen_from = offset - len(before)
    yield from _find_headers(before, seen_from, end)
    for window in _WINDOWS[1:]:
        first = max(0, offset - window)
        if first < seen_from:
            data = read_blob(path, first, min(seen_from + HEADER_BYTES, offset) - first)
            yield from _find_headers(data, first, end)
        seen_from = first


def _find_headers(data: bytes, first: int, end: int) -> Iterator[tuple[int, int]]:
    """The headers in `data`, the last first, of records that reach to `end` at least; `data` begins at `first`."""
    zeros = len(data) - 8
    # A record is shorter than 4 GiB, so the upper half of its length is zero.
    while (zeros := data.rfind(b"\0\0\0\0", 4, zeros + 4)) >= 0:
        place = zeros - 4
        num_bytes, checksum = _HEADER.unpack_from(data, place)
        payload = first + place + HEADER_BYTES
        if payload + num_bytes >= end and masked_crc32c(data[place : place + 8]) == checksum:
            yield payload, num_bytes
        zeros -= 1
