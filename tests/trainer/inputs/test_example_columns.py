"""The compiled reader of examples against Google's protobuf, on what it writes and on damaged bytes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st

from summaries.proto import example_pb2
from trainer.inputs import FixedLenFeature, VarLenFeature
from trainer.inputs.example_columns import find_columns

FEATURES = {
    "pair": FixedLenFeature((2, 1), np.float32, 0.25),
    "wide": VarLenFeature(np.float64, 3, padding=0.1),
    "day": FixedLenFeature((), np.int64, -7),
    "small": VarLenFeature(np.int16, 2),
    "raw": FixedLenFeature((), bytes, b"none"),
    "words": VarLenFeature(str, 3),
}
VALUES = {
    "float_list": st.floats(width=32, allow_nan=False),
    "int64_list": st.integers(-(2**15), 2**15 - 1),
    "bytes_list": st.text(max_size=5).map(str.encode),
}
KINDS = {"pair": "float_list", "wide": "float_list", "day": "int64_list", "small": "int64_list"}

if find_columns([], {}) is None:
    pytest.skip("the compiled member was not built", allow_module_level=True)


def encode(lists: dict[str, tuple[str, list[Any]]]) -> bytes:
    example = example_pb2.Example()
    for name, (kind, values) in lists.items():
        getattr(example.features.feature[name], kind).value.extend(values)
    return bytes(example.SerializeToString())


def decode(record: bytes) -> dict[str, Any] | None:
    """The row as Google's protobuf reads it; None if it is not as `FEATURES` describes it."""
    try:
        found = example_pb2.Example.FromString(record).features.feature
        row = {}
        for name, feature in FEATURES.items():
            kind = found[name].WhichOneof("kind") if name in found else None
            values = [] if kind is None else list(getattr(found[name], kind).value)
            if kind not in (None, KINDS.get(name, "bytes_list")):
                return None
            decoded = [value.decode() for value in values] if name == "words" else values
            row[name] = np.array(feature.fill(name, decoded), object).reshape(feature.row_shape).tolist()
    except (ValueError, DecodeError):
        return None
    return row


@st.composite
def examples(draw: st.DrawFn) -> bytes:
    lists = {}
    for name in draw(st.permutations([*FEATURES, "other"])):
        if draw(st.integers(0, 5)):
            kind = KINDS.get(name, "bytes_list")
            size = FEATURES[name].row_shape if name in FEATURES else (4,)
            count = draw(st.integers(0, 3)) if name in ("wide", "small", "words") else int(np.prod(size))
            lists[name] = kind, draw(st.lists(VALUES[kind], min_size=count, max_size=count))
    return encode(lists)


@given(st.lists(examples(), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_columns_are_those_of_protobuf(records: list[bytes]) -> None:
    expected = [decode(record) for record in records]

    found = find_columns(records, FEATURES)

    if None in expected:
        assert found is None
        return
    assert found is not None
    assert found["wide"].dtype == np.float64
    assert found["small"].dtype == np.int16
    for name, column in found.items():
        assert column.tolist() == [row[name] for row in expected if row is not None]


@given(examples(), st.data())
@settings(max_examples=100, deadline=None)
def test_damaged_bytes_are_never_read_as_something_else(record: bytes, data: st.DataObject) -> None:
    damaged = bytearray(record + b"\0")
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(damaged[: data.draw(st.integers(0, len(damaged)))])

    found, expected = find_columns([cut], FEATURES), decode(cut)

    if expected is None:
        assert found is None or has_unwanted(cut, record)
    elif found is not None:
        for name, column in found.items():
            np.testing.assert_array_equal(column[0], np.array(expected[name], column.dtype))


def has_unwanted(damaged: bytes, record: bytes) -> bool:
    """Whether a feature may be there that is not looked into, by its own name or by one that was damaged."""
    names = [b"\x0a" + bytes([len(name)]) + name.encode() for name in FEATURES]
    return b"other" in record or any(damaged.count(name) < record.count(name) for name in names)


# Field 1 (features) → 1 (entry) → 1 key "x", 2 value → the given Feature.
def in_example(feature: str) -> bytes:
    value = bytes.fromhex(feature)
    entry = b"\x0a\x01x\x12" + bytes([len(value)]) + value
    return b"\x0a" + bytes([len(entry) + 2]) + b"\x0a" + bytes([len(entry)]) + entry


def test_numbers_that_are_not_packed_are_read() -> None:
    integers = find_columns([in_example("1a04 0801 0802")], {"x": FixedLenFeature((2,), np.int64)})
    floats = find_columns([in_example("1205 0d0000803f")], {"x": FixedLenFeature((), np.float32)})

    assert integers is not None
    assert floats is not None
    assert (integers["x"].tolist(), floats["x"].tolist()) == ([[1, 2]], [1.0])


@pytest.mark.parametrize(
    "feature",
    ["1a030a0101 1a030a0102", "1a030a0101 12060a040000803f", "12060a040000803f", "1a020a02", "1a030a01ff"],
    ids=["twice", "two kinds", "another kind", "ends early", "number ends early"],
)
def test_what_is_not_one_list_of_the_kind_is_left_to_protobuf(feature: str) -> None:
    assert find_columns([in_example(feature)], {"x": FixedLenFeature((), np.int64)}) is None


def test_integer_that_the_type_does_not_hold_and_text_that_is_none_are_left_to_protobuf() -> None:
    number, text = encode({"x": ("int64_list", [300])}), encode({"x": ("bytes_list", [b"\xff"])})

    assert find_columns([number], {"x": FixedLenFeature((), np.uint8)}) is None
    assert find_columns([text], {"x": FixedLenFeature((), str)}) is None


KEY, FIVE, NOTHING = b"\x0a\x01x", b"\x12\x05\x1a\x03\x0a\x01\x05", b"\x12\x00"  # parts of an entry


@pytest.mark.parametrize(
    ("entries", "more"),
    [
        ([KEY + FIVE, KEY + NOTHING], b""),
        ([KEY + NOTHING + FIVE], b""),
        ([KEY + FIVE + KEY], b""),
        ([KEY + FIVE, b"\x0a\x01\xff" + FIVE], b""),
        ([KEY + FIVE], b"\x98\x80\x80\x80\x80\x01\x00"),
        ([KEY + FIVE], b"\x02\x00"),
        ([KEY + FIVE], b"\x8a\x80\x80\x80\x80\x00\x00"),
    ],
    ids=["entry twice", "value twice", "name twice", "name no UTF-8", "field 2³²+3", "field 0", "long tag"],
)
def test_what_protobuf_reads_otherwise_or_refuses_is_left_to_it(entries: list[bytes], more: bytes) -> None:
    features = b"".join(b"\x0a" + bytes([len(entry)]) + entry for entry in entries)
    record = b"\x0a" + bytes([len(features)]) + features

    sound = find_columns([record[:2] + features], {"x": FixedLenFeature((), np.int64, -1)}) if more else None
    found = find_columns([record + more], {"x": FixedLenFeature((), np.int64, -1)})

    assert sound is None or sound["x"].tolist() == [5]
    assert found is None
