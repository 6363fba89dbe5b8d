"""Framing: one table of cases, run as a finished and as a growing file."""

from __future__ import annotations

import pytest
from google_crc32c import value as crc32c
from hypothesis import given, settings
from hypothesis import strategies as st

from summaries.records import frame, mask, split_records
from tests.summaries.damage import CASES, ONE, TWO, Case, merge

# An Event with file_version "brain.Event:2" and wall time 0, by hand. A bitwise CRC32C gives 0x4A65BFE4 for the length
# and 0xFA8B0052 for the payload; rotated right by 15 and with 0xA282EAD8 added, they are the two checksums here.
GOLDEN_PAYLOAD = bytes.fromhex("09 0000000000000000 1a 0d 627261696e2e4576656e743a32")
GOLDEN_RECORD = bytes.fromhex("1800000000000000 a37f4b22") + GOLDEN_PAYLOAD + bytes.fromhex("ee df 28 a3")


def bitwise_crc32c(data: bytes) -> int:
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = (register >> 1) ^ (0x82F63B78 if register & 1 else 0)
    return register ^ 0xFFFFFFFF


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


@given(st.lists(st.binary(max_size=40), max_size=6), st.booleans())
def test_split_records_gives_back_what_frame_was_given(payloads: list[bytes], is_growing: bool):
    data = b"".join(map(frame, payloads))

    found = split_records(data, is_growing=is_growing)

    assert [data[start : start + length] for start, length in found.payloads] == payloads
    assert found.gaps == ()
    assert found.end == len(data)


@settings(max_examples=200)
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
