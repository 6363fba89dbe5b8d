from __future__ import annotations

import pytest

from trainer.pace import LONG_TARGET_SECS, TARGET_SECS, Pace, target_secs


def test_pace_aims_at_its_target_after_two_chunks() -> None:
    pace = Pace(capacity=1000, target_secs=0.1)

    assert pace.observe(1, 0.0, 5.0) == 5.0
    assert (pace.size, pace.is_settled) == (1, False)
    assert pace.observe(1, 5.0, 5.001) == pytest.approx(0.001)
    assert pace.is_settled
    assert pace.size == pytest.approx(100, abs=1)
    pace.observe(100, 5.0, 5.101)
    assert pace.size == pytest.approx(100, abs=1)
    pace.observe(100, 5.101, 5.102)
    assert pace.size == 1000


def test_pace_learns_from_chunks_of_its_size() -> None:
    pace = Pace(capacity=1000, target_secs=0.1)
    pace.observe(1, 0.0, 1.0)
    pace.observe(1, 1.0, 1.001)

    pace.observe(10, 1.001, 1.051)  # cut short by a hook: the call itself took most of it
    assert pace.size == pytest.approx(100, abs=1)
    pace.observe(10, 1.051, 1.251)  # as slow as this, it would take 2 s at that size
    assert pace.size == 5


def test_chunks_are_longer_where_their_memory_comes_from_the_system_each_time() -> None:
    assert target_secs(5 * 2**20) == TARGET_SECS
    assert target_secs(94 * 2**20) == LONG_TARGET_SECS
