"""One table of what may be wrong with an event file, for everything that reads one: finished, and growing."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from summaries import wire
from summaries.records import frame, make_header, masked_crc32c

FIRST = b"\x10\x81\x01"  # an Event at step 129
SECOND = b"\x1a\x04abcd"  # a file version
THIRD = b"\x09" + struct.pack("<d", 1.5)  # a wall time
ONE, TWO, THREE = frame(FIRST), frame(SECOND), frame(THIRD)
NESTED = wire.field(77, ONE)  # of the far future; three bytes stand before the record


@dataclass(frozen=True)
class Case:
    """What a stretch of bytes holds, as a finished and as a growing file; a gap is (offset, length)."""

    name: str
    data: bytes
    payloads: list[bytes]
    gaps: list[tuple[int, int]]
    growing_gaps: list[tuple[int, int]]
    growing_end: int
    needed: int = 0


def flip(data: bytes, position: int) -> bytes:
    return data[:position] + bytes([data[position] ^ 0xFF]) + data[position + 1 :]


HUGE = struct.pack("<QI", 2**63, masked_crc32c(struct.pack("<Q", 2**63)))
MAX = make_header(2**31 - 1)
NUM = len(ONE)

CASES = [
    Case("nothing", b"", [], [], [], 0),
    Case("one record", ONE, [FIRST], [], [], NUM),
    Case("an empty record", frame(b""), [b""], [], [], 16),
    Case("three records", ONE + TWO + THREE, [FIRST, SECOND, THIRD], [], [], len(ONE + TWO + THREE)),
    Case("a header begun", ONE + TWO[:5], [FIRST], [(NUM, 5)], [], NUM, needed=12),
    Case("a header alone", ONE + TWO[:12], [FIRST], [(NUM, 12)], [], NUM, needed=len(TWO)),
    Case("a payload begun", ONE + TWO[:15], [FIRST], [(NUM, 15)], [], NUM, needed=len(TWO)),
    Case("a footer begun", ONE + TWO[:-1], [FIRST], [(NUM, len(TWO) - 1)], [], NUM, needed=len(TWO)),
    Case(
        "a bad length at the front",
        flip(ONE, 0) + TWO + THREE,
        [SECOND, THIRD],
        [(0, NUM)],
        [(0, NUM)],
        len(ONE + TWO + THREE),
    ),
    Case(
        "a bad payload in the middle",
        ONE + flip(TWO, 13) + THREE,
        [FIRST, THIRD],
        [(NUM, len(TWO))],
        [(NUM, len(TWO))],
        len(ONE + TWO + THREE),
    ),
    Case("a bad payload at the end", ONE + flip(TWO, 13), [FIRST], [(NUM, 22)], [(NUM, 11)], NUM + 11, needed=12),
    Case("a bad footer", flip(ONE, NUM - 1) + TWO, [SECOND], [(0, NUM)], [(0, NUM)], len(ONE + TWO)),
    Case(
        "bytes cut out",
        ONE + TWO[3:] + THREE,
        [FIRST, THIRD],
        [(NUM, 19)],
        [(NUM, 19)],
        len(ONE + TWO[3:] + THREE),
    ),
    Case(
        "damage, then a record begun",
        flip(ONE, 0) + TWO[:15],
        [],
        [(0, NUM + 15)],
        [(0, NUM)],
        NUM,
        needed=len(TWO),
    ),
    Case("not an event file", b"hello, world! " * 3, [], [(0, 42)], [(0, 31)], 31, needed=12),
    Case("a length of 2**63", HUGE + b"x" * 20 + ONE, [FIRST], [(0, 32)], [(0, 32)], 32 + NUM),
    Case("a length of 2 GiB to come", ONE + MAX, [FIRST], [(NUM, 12)], [], NUM, needed=2**31 - 1 + 16),
    Case(
        "zeros in between",
        ONE + bytes(5000) + TWO,
        [FIRST, SECOND],
        [(NUM, 5000)],
        [(NUM, 5000)],
        NUM + 5000 + len(TWO),
    ),
    Case("a record inside a payload", frame(NESTED), [NESTED], [], [], NUM + 19),
    Case(
        "a record inside a bad payload",  # found, since bytes of it may be missing and so its length is not believed
        flip(frame(NESTED), NUM + 18) + TWO,
        [FIRST, SECOND],
        [(0, 15), (15 + NUM, 4)],
        [(0, 15), (15 + NUM, 4)],
        NUM + 41,
    ),
]


def merge(gaps: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Gaps that adjoin as one."""
    merged: list[tuple[int, int]] = []
    for offset, length in gaps:
        if merged and sum(merged[-1]) == offset:
            merged[-1] = merged[-1][0], merged[-1][1] + length
        else:
            merged.append((offset, length))
    return merged
