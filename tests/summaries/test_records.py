"""Framing: one table of cases, run as a finished and as a growing file."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import pytest
from google_crc32c import value as crc32c
from hypothesis import given, settings
from hypothesis import strategies as st

from summaries.records import frame, make_header, mask, masked_crc32c, split_records

# An Event with file_version "brain.Event:2" and wall time 0, by hand. A bitwise CRC32C gives 0x4A65BFE4 for the length
# and 0xFA8B0052 for the payload; rotated right by 15 and with 0xA282EAD8 added, they are the two checksums here.
GOLDEN_PAYLOAD = bytes.fromhex("09 0000000000000000 1a 0d 627261696e2e4576656e743a32")
GOLDEN_RECORD = bytes.fromhex("1800000000000000 a37f4b22") + GOLDEN_PAYLOAD + bytes.fromhex("ee df 28 a3")
ONE, TWO, THREE = frame(b"one"), frame(b"second"), frame(b"the third")


def bitwise_crc32c(data: bytes) -> int:
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = (register >> 1) ^ (0x82F63B78 if register & 1 else 0)
    return register ^ 0xFFFFFFFF


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
    Case("one record", ONE, [b"one"], [], [], NUM),
    Case("an empty record", frame(b""), [b""], [], [], 16),
    Case("three records", ONE + TWO + THREE, [b"one", b"second", b"the third"], [], [], len(ONE + TWO + THREE)),
    Case("a header begun", ONE + TWO[:5], [b"one"], [(NUM, 5)], [], NUM, needed=12),
    Case("a header alone", ONE + TWO[:12], [b"one"], [(NUM, 12)], [], NUM, needed=len(TWO)),
    Case("a payload begun", ONE + TWO[:15], [b"one"], [(NUM, 15)], [], NUM, needed=len(TWO)),
    Case("a footer begun", ONE + TWO[:-1], [b"one"], [(NUM, len(TWO) - 1)], [], NUM, needed=len(TWO)),
    Case(
        "a bad length at the front",
        flip(ONE, 0) + TWO + THREE,
        [b"second", b"the third"],
        [(0, NUM)],
        [(0, NUM)],
        len(ONE + TWO + THREE),
    ),
    Case(
        "a bad payload in the middle",
        ONE + flip(TWO, 13) + THREE,
        [b"one", b"the third"],
        [(NUM, len(TWO))],
        [(NUM, len(TWO))],
        len(ONE + TWO + THREE),
    ),
    Case("a bad payload at the end", ONE + flip(TWO, 13), [b"one"], [(NUM, 22)], [(NUM, 11)], NUM + 11, needed=12),
    Case("a bad footer", flip(ONE, NUM - 1) + TWO, [b"second"], [(0, NUM)], [(0, NUM)], len(ONE + TWO)),
    Case(
        "bytes cut out",
        ONE + TWO[3:] + THREE,
        [b"one", b"the third"],
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
    Case("a length of 2**63", HUGE + b"x" * 20 + ONE, [b"one"], [(0, 32)], [(0, 32)], 32 + NUM),
    Case("a length of 2 GiB to come", ONE + MAX, [b"one"], [(NUM, 12)], [], NUM, needed=2**31 - 1 + 16),
    Case(
        "zeros in between",
        ONE + bytes(5000) + TWO,
        [b"one", b"second"],
        [(NUM, 5000)],
        [(NUM, 5000)],
        NUM + 5000 + len(TWO),
    ),
    Case("a record inside a payload", frame(ONE), [ONE], [], [], NUM + 16),
    Case(
        "a record inside a bad payload",  # found, since bytes of it may be missing and so its length is not believed
        flip(frame(ONE), NUM + 15) + TWO,
        [b"one", b"second"],
        [(0, 12), (12 + NUM, 4)],
        [(0, 12), (12 + NUM, 4)],
        NUM + 38,
    ),
]


def test_frame_of_a_file_version_is_the_bytes_computed_by_hand():
    assert bitwise_crc32c(GOLDEN_RECORD[:8]) == 0x4A65BFE4
    assert bitwise_crc32c(GOLDEN_PAYLOAD) == 0xFA8B0052
    assert frame(GOLDEN_PAYLOAD) == GOLDEN_RECORD


def test_crc32c_of_the_check_string_is_the_published_value():
    assert crc32c(b"123456789") == 0xE3069283
    assert bitwise_crc32c(b"123456789") == 0xE3069283


def test_mask_of_zero_is_the_constant():
    assert mask(0) == 0xA282EAD8


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_split_records_of_a_finished_file_accounts_for_every_byte(case: Case):
    found = split_records(case.data, is_growing=False)

    assert [case.data[start : start + length] for start, length in found.payloads] == case.payloads
    assert merge([(gap.offset, gap.num_bytes) for gap in found.gaps]) == case.gaps
    assert found.end == len(case.data)
    assert found.num_bytes_needed == 0


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_split_records_of_a_growing_file_waits_for_what_is_unfinished(case: Case):
    found = split_records(case.data, is_growing=True)

    assert [case.data[start : start + length] for start, length in found.payloads] == case.payloads
    assert merge([(gap.offset, gap.num_bytes) for gap in found.gaps]) == case.growing_gaps
    assert found.end == case.growing_end
    assert found.num_bytes_needed == case.needed


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_split_records_of_a_file_that_grows_byte_by_byte_finds_the_same(case: Case):
    payloads, gaps, end = [], [], 0

    for size in range(len(case.data) + 1):
        found = split_records(case.data[:size], is_growing=True, start=end)
        payloads += [case.data[start : start + length] for start, length in found.payloads]
        gaps += [(gap.offset, gap.num_bytes) for gap in found.gaps]
        end = found.end

    assert [payload for payload in payloads if payload not in case.payloads] == []
    assert payloads[-1:] == case.payloads[-1:]
    if not case.growing_gaps:
        assert payloads == case.payloads
        assert gaps == []


def merge(gaps: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Gaps that adjoin as one."""
    merged: list[tuple[int, int]] = []
    for offset, length in gaps:
        if merged and sum(merged[-1]) == offset:
            merged[-1] = merged[-1][0], merged[-1][1] + length
        else:
            merged.append((offset, length))
    return merged


@settings(deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=6), st.booleans())
def test_split_records_gives_back_what_frame_was_given(payloads: list[bytes], is_growing: bool):
    data = b"".join(map(frame, payloads))

    found = split_records(data, is_growing=is_growing)

    assert [data[start : start + length] for start, length in found.payloads] == payloads
    assert found.gaps == ()
    assert found.end == len(data)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_split_records_keeps_all_records_outside_the_damage(data: st.DataObject):
    payloads = data.draw(st.lists(st.binary(min_size=1, max_size=30), min_size=1, max_size=6))
    good = b"".join(map(frame, payloads))
    begin = data.draw(st.integers(0, len(good) - 1))
    end = data.draw(st.integers(begin + 1, len(good)))
    bad = good[:begin] + data.draw(st.binary(max_size=40)) + good[end:]
    ends = [sum(len(payload) + 16 for payload in payloads[: number + 1]) for number in range(len(payloads))]
    before = [payload for payload, stop in zip(payloads, ends, strict=True) if stop <= begin]
    after = [payload for payload, stop in zip(payloads, ends, strict=True) if stop - len(payload) - 16 >= end]

    found = split_records(bad, is_growing=False)

    kept = [bad[start : start + length] for start, length in found.payloads]
    assert kept[: len(before)] == before
    assert kept[len(kept) - len(after) :] == after
    covered = sum(length + 16 for _, length in found.payloads) + sum(gap.num_bytes for gap in found.gaps)
    assert covered == len(bad)


def test_split_records_passes_over_a_large_run_of_zeros_at_once():
    data = ONE + bytes(64 << 20) + TWO

    found = split_records(data, is_growing=False)

    assert [length for _, length in found.payloads] == [3, 6]
