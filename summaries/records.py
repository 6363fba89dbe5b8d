"""Framing of event files: bytes in, bytes out; what the bytes mean is not known here.

A record is `length u64 | masked CRC32C of the length u32 | payload | masked CRC32C of the payload u32`, little-endian.
A finished file and a growing file are two contracts: where a finished file ends inside a record, bytes were lost; where
a growing file does, the rest is still to come. FORMAT.md draws it.

Synopsis:
    >>> data = frame(b"one") + frame(b"two")
    >>> records = split_records(data, is_growing=False)
    >>> [bytes(data[start : start + length]) for start, length in records.payloads]
    [b'one', b'two']
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from google_crc32c import value as crc32c

HEADER_BYTES = 12
"""Length and its checksum."""
FOOTER_BYTES = 4
"""Checksum of the payload."""
MAX_PAYLOAD_BYTES = 2**31 - 1
"""A protocol buffer holds less than 2 GiB: a length above that is damage, even where its checksum holds."""

UNFINISHED = "the file ends inside a record"
BAD_LENGTH = "the checksum of a record's length is wrong"
TOO_LONG = "a record claims more than 2 GiB"
BAD_PAYLOAD = "the checksum of a record is wrong"
"""What may be wrong with a record."""

_MASK_DELTA = 0xA282EAD8
_HEADER = struct.Struct("<QI")
_LENGTH = struct.Struct("<Q")
_CHECKSUM = struct.Struct("<I")
pack_u32 = _CHECKSUM.pack
_unpack_u32 = _CHECKSUM.unpack_from

_ZEROS = b"\0\0\0\0"
_NOT_ZERO = re.compile(rb"[^\0]")


@dataclass(frozen=True)
class Gap:
    """A stretch of bytes in which no record could be read.

    Attributes:
        offset: Where it begins, in bytes from the start of the data.
        num_bytes: How long it is.
        reason: What was wrong at its beginning.
    """

    offset: int
    num_bytes: int
    reason: str


@dataclass(frozen=True)
class Records:
    """The records found in a stretch of bytes.

    Attributes:
        payloads: `(start, length)` of each payload, in order.
        gaps: Damaged stretches, in order. The last one may reach the end of the data.
        end: Where the next read goes on: all before it is settled.
        num_bytes_needed: How many bytes from `end` on the unfinished record at `end` takes, 0 where there is none.
            While its header is not complete, the size of a header.
    """

    payloads: tuple[tuple[int, int], ...]
    gaps: tuple[Gap, ...]
    end: int
    num_bytes_needed: int


def masked_crc32c(data: bytes) -> int:
    """CRC32C, rotated and shifted so that a checksum over data that holds checksums stays sound."""
    return mask(crc32c(data))


def mask(crc: int) -> int:
    """The masked form of a CRC32C, in [0, 2**32)."""
    return (((crc >> 15) | (crc << 17)) + _MASK_DELTA) & 0xFFFFFFFF


@lru_cache(maxsize=4096)
def make_header(length: int) -> bytes:
    """The 12 bytes that stand before a payload of `length` bytes."""
    length_bytes = _LENGTH.pack(length)
    return length_bytes + _CHECKSUM.pack(masked_crc32c(length_bytes))


def pack_checksum(payload: bytes) -> bytes:
    """The 4 bytes that stand after `payload`."""
    crc = crc32c(payload)
    return pack_u32((((crc >> 15) | (crc << 17)) + _MASK_DELTA) & 0xFFFFFFFF)  # `mask`, without its call


def frame(payload: bytes) -> bytes:
    """One whole record that holds `payload`."""
    # A join copies once, and lets other threads run while it copies megabytes; two sums do neither.
    return b"".join((make_header(len(payload)), payload, pack_checksum(payload)))


def get_record_length(data: bytes | bytearray, start: int) -> int:
    """How many bytes the whole record takes whose header lies at `start`; the checksum is not looked at."""
    return int(_LENGTH.unpack_from(data, start)[0]) + HEADER_BYTES + FOOTER_BYTES


def split_records(data: bytes, *, is_growing: bool, start: int = 0, fault: str = "") -> Records:
    """Finds the records of `data`, passing over damage.

    After damage reading goes on at the next offset whose length checksum and payload checksum both hold.

    Args:
        data: A stretch of an event file that begins at a record.
        is_growing: Whether more bytes may follow. If so, an unfinished record at the end waits; if not, it is a gap.
        start: Where to begin.
        fault: What the caller knows to be wrong with the record at `start`, beyond what these bytes tell.

    Returns:
        The records. Every byte from `start` to `end` belongs to a record or to a gap.
    """
    payloads: list[tuple[int, int]] = []
    gaps: list[Gap] = []
    position, needed = start, 0
    while True:
        length = 0
        if not fault:
            position = _take_sound_records(data, position, payloads)
            if position >= len(data):
                break
            length, fault = _check_record(data, position)
            if fault == UNFINISHED and is_growing:
                needed = HEADER_BYTES if length < 0 else HEADER_BYTES + length + FOOTER_BYTES
                break
        next_position = _find_record(data, position + 1, is_growing=is_growing)
        gaps.append(Gap(position, next_position - position, fault))
        position, fault = next_position, ""
    return Records(tuple(payloads), tuple(gaps), position, needed)


def _take_sound_records(data: bytes, position: int, payloads: list[tuple[int, int]]) -> int:
    """Adds the records up to the first one that is not sound; where that begins."""
    last = len(data) - FOOTER_BYTES
    while True:
        length = _decode_header(data[position : position + HEADER_BYTES])
        begin = position + HEADER_BYTES
        end = begin + length
        if length < 0 or end > last:
            return position
        crc = crc32c(data[begin:end])
        if ((crc >> 15 | crc << 17) + _MASK_DELTA) & 0xFFFFFFFF != _unpack_u32(data, end)[0]:
            return position
        payloads.append((begin, length))
        position = end + FOOTER_BYTES


@lru_cache(maxsize=4096)
def _decode_header(header: bytes) -> int:
    """The length of a payload, -1 if the header is not sound."""
    if len(header) < HEADER_BYTES:
        return -1
    length, checksum = _HEADER.unpack(header)
    return length if length <= MAX_PAYLOAD_BYTES and masked_crc32c(header[:8]) == checksum else -1


def _check_record(data: bytes, position: int) -> tuple[int, str]:
    """Length of the payload at `position` (-1: unknown), and what is wrong with the record ("" if nothing)."""
    num_left = len(data) - position
    if num_left < HEADER_BYTES:
        return -1, UNFINISHED
    length, checksum = _HEADER.unpack_from(data, position)
    if masked_crc32c(data[position : position + 8]) != checksum:
        return -1, BAD_LENGTH
    if length > MAX_PAYLOAD_BYTES:
        return -1, TOO_LONG
    if length > num_left - HEADER_BYTES - FOOTER_BYTES:
        return length, UNFINISHED
    begin = position + HEADER_BYTES
    end = begin + length
    if masked_crc32c(data[begin:end]) != _CHECKSUM.unpack_from(data, end)[0]:
        return length, BAD_PAYLOAD
    return length, ""


def _find_record(data: bytes, start: int, *, is_growing: bool) -> int:
    """Offset of the next record from `start` on; the end of the data if there is none.

    In growing data the last bytes may be the beginning of a header, and are kept for the next read.
    """
    for candidate in _iter_header_places(data, start):
        if _is_begun_record(data, candidate, is_growing=is_growing):
            return candidate
    return max(start, len(data) - HEADER_BYTES + 1) if is_growing else len(data)


def _iter_header_places(data: bytes, start: int) -> Iterator[int]:
    """Offsets from `start` on where a header may lie: a length below 2**32 has four zero bytes.

    Of a long run of zeros (a sparse or preallocated file) only the first place and the last ones are tried: in between
    length and checksum would both be zero, and the checksum of 0 is not 0.
    """
    zeros = data.find(_ZEROS, start + 4)
    while zeros >= 0:
        yield zeros - 4
        following = _NOT_ZERO.search(data, zeros)
        if following is None:
            return
        zeros = data.find(_ZEROS, max(zeros + 1, following.start() - 7))


def _is_begun_record(data: bytes, position: int, *, is_growing: bool) -> bool:
    """Whether a sound record lies at `position`, or, in growing data, the sound beginning of one."""
    length, fault = _check_record(data, position)
    return fault == "" or (is_growing and fault == UNFINISHED and (length >= 0 or len(data) - position < HEADER_BYTES))
