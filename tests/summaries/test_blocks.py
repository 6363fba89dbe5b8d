"""Blocks of events, held against protobuf and against the event-by-event encoding."""

from __future__ import annotations

import numpy as np
import pytest

from summaries.blocks import Block, encode_block
from summaries.events import encode_event, summary_field
from summaries.proto.event_pb2 import Event
from summaries.records import split_records

STEPS = np.array([0, 1, 127, 128, 16_383, 16_384, 2**40, 2**63 - 1, -1, 5, 5, 300])


def encode_singly(tags: list[str], steps: np.ndarray, times: np.ndarray, columns: list[np.ndarray]) -> bytes:
    rows = zip(steps.tolist(), times.tolist(), *(column.tolist() for column in columns), strict=True)
    return b"".join(
        encode_event(time, step, summary_field(zip(tags, values, strict=True))) for step, time, *values in rows
    )


@pytest.mark.parametrize("tags", [["a"], ["loss", "grad_norm", "learning_rate"], ["x" * 3000, "ünï", "·"]])
def test_encode_block_gives_the_bytes_of_single_events(tags: list[str]):
    rng = np.random.default_rng(0)
    times = 1.7e9 + rng.random(len(STEPS))
    columns = [rng.normal(size=len(STEPS)).astype(np.float32) for _ in tags]

    assert encode_block(tags, STEPS, times, columns) == encode_singly(tags, STEPS, times, columns)


def test_encode_block_of_a_payload_too_long_for_tables_is_the_same():
    tags = [f"{number:04}" * 30 for number in range(40)]
    columns = [np.full(3, number, np.float32) for number in range(40)]
    steps, times = np.arange(3), np.arange(3.0)

    assert encode_block(tags, steps, times, columns) == encode_singly(tags, steps, times, columns)


def test_encode_block_keeps_values_that_are_not_finite():
    column = np.array([np.nan, np.inf, -np.inf], dtype=np.float32)

    data = encode_block(["a"], np.arange(3), np.zeros(3), [column])

    places = split_records(data, is_growing=False).payloads
    values = [Event.FromString(data[start : start + length]).summary.value[0].simple_value for start, length in places]
    np.testing.assert_array_equal(values, [np.nan, np.inf, -np.inf])


def test_block_spreads_wall_times_from_the_start_to_now():
    block = Block.make([1, 2, 3, 4], {"a": np.zeros(4)}, (1000.0, None))

    data = block.encode()

    places = split_records(data, is_growing=False).payloads
    times = np.array([Event.FromString(data[start : start + length]).wall_time for start, length in places])
    assert times[-1] > 1.7e9
    np.testing.assert_allclose(np.diff(times), (times[-1] - 1000.0) / 4)


def test_block_copies_what_may_change():
    steps, values, times = np.arange(2), np.zeros(2), np.zeros(2)
    block = Block.make(steps, {"a": values}, times)
    expected = block.encode()

    steps += 1
    values += 1
    times += 1

    assert block.encode() == expected


@pytest.mark.parametrize(
    ("steps", "values", "times", "message"),
    [
        ([[1]], {"a": [1.0]}, [0.0], r"steps must have shape \(1,\)"),
        ([1, 2], {"a": [1.0]}, [0.0, 0.0], r"values\['a'\] must have shape \(2,\); got \(1,\)"),
        ([1, 2], {"a": [1.0, 2.0]}, [0.0], r"walltimes must have shape \(2,\); got \(1,\)"),
    ],
)
def test_block_of_other_shapes_raises(steps, values, times, message: str):
    with pytest.raises(ValueError, match=message):
        Block.make(steps, values, times)


def test_block_without_columns_or_steps_is_nothing():
    assert Block.make([1], {}, [0.0]).encode() == b""
    assert Block.make([], {"a": []}, []).encode() == b""
