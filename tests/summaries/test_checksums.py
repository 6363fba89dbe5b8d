"""The three ways of the compiled scanner to compute a checksum."""

from __future__ import annotations

import os

import google_crc32c
import numpy as np
import pytest

from tests.summaries.compiled import skip_unless_built

pytestmark = skip_unless_built("scan")


@pytest.mark.parametrize("by_table", [False, True], ids=["fastest", "table"])
def test_checksum_is_that_of_another_library(by_table: bool):
    from summaries._scan import crc32c

    data = np.random.default_rng(0).integers(0, 256, 300, dtype=np.uint8).tobytes()

    for start in range(9):
        for end in range(start, 300, 7):
            assert crc32c(data[start:end], by_table=by_table) == google_crc32c.value(data[start:end])


@pytest.mark.parametrize("by_table", [False, True], ids=["fastest", "table"])
def test_checksum_of_the_check_string_is_the_published_value(by_table: bool):
    from summaries._scan import crc32c

    assert crc32c(b"123456789", by_table=by_table) == 0xE3069283
    assert crc32c(b"", by_table=by_table) == 0


@pytest.mark.skipif(not os.path.exists("/proc/cpuinfo"), reason="only Linux tells")
def test_the_instruction_is_used_where_the_processor_has_it():
    from summaries._scan import HAS_INSTRUCTION

    with open("/proc/cpuinfo") as file:
        flags = file.read()
    assert ("sse4_2" in flags or "crc32" in flags) == HAS_INSTRUCTION
