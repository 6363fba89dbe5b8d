"""What may become of an event file: torn, overwritten, cut, sparse, and sound records with anything in them."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable

from summaries.records import frame, masked_crc32c, split_records

Chance = random.Random


def _pick_range(data: bytes, chance: Chance) -> tuple[int, int]:
    begin = chance.randrange(len(data) + 1)
    return begin, min(len(data), begin + int(chance.expovariate(1 / chance.choice([2, 30, 1000]))))


def _flip(data: bytes, chance: Chance) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]


def _cut(data: bytes, chance: Chance) -> bytes:
    begin, end = _pick_range(data, chance)
    return data[:begin] + data[end:]


def _tear(data: bytes, chance: Chance) -> bytes:
    return data[: chance.randrange(len(data))]


def _overwrite(data: bytes, chance: Chance) -> bytes:
    begin, end = _pick_range(data, chance)
    return data[:begin] + chance.choice([bytes, chance.randbytes])(end - begin) + data[end:]


def _insert(data: bytes, chance: Chance) -> bytes:
    begin, end = _pick_range(data, chance)
    junk = chance.choice([bytes(end - begin), chance.randbytes(end - begin), data[begin:end], bytes(5000)])
    place = chance.randrange(len(data) + 1)
    return data[:place] + junk + data[place:]


def _claim(data: bytes, chance: Chance) -> bytes:
    """A header whose checksum holds and whose length is not true."""
    length = struct.pack("<Q", chance.choice([0, 1, 100, 2**20, 2**31 - 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1]))
    place = chance.randrange(len(data) + 1)
    return data[:place] + length + struct.pack("<I", masked_crc32c(length)) + data[place:]


DAMAGES: list[Callable[[bytes, Chance], bytes]] = [_flip, _cut, _tear, _overwrite, _insert, _claim]


def damage(data: bytes, chance: Chance) -> bytes:
    """The file after some accidents."""
    for _ in range(chance.choice([1, 1, 1, 2, 5])):
        data = chance.choice(DAMAGES)(data, chance) if data else data
    return data


def rewrite(data: bytes, chance: Chance) -> bytes:
    """The file with some of its payloads changed, under checksums that hold."""
    records = split_records(data, is_growing=False).payloads
    share = chance.choice([0.02, 0.2, 1.0])
    parts = []
    for start, length in records:
        payload = data[start : start + length]
        if chance.random() < share and payload:
            payload = chance.choice([_flip, _cut, _overwrite, _insert, _join])(payload, chance)
        parts.append(frame(payload[: 1 << 16]))
    return b"".join(parts)


def _join(payload: bytes, chance: Chance) -> bytes:
    """Two pieces of a message, which protobuf merges."""
    begin, end = _pick_range(payload, chance)
    return payload + payload[begin:end]
