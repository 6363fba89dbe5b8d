"""The wire format, held against protobuf's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summaries import wire
from summaries.proto.event_pb2 import Event
from summaries.proto.summary_pb2 import Summary


@given(st.integers(-(2**63), 2**63 - 1))
def test_varint_field_is_what_protobuf_writes(step: int):
    expected = Event(step=step).SerializeToString()

    assert (wire.varint_field(2, step) if step else b"") == expected


@given(st.binary(max_size=300))
def test_field_is_what_protobuf_writes(content: bytes):
    message = Event(graph_def=content)

    assert wire.field(4, content) == message.SerializeToString()


def test_iter_fields_gives_the_place_of_each_field():
    data = b"??" + Summary.Value(tag="ab", simple_value=1.0).SerializeToString()

    fields = list(wire.iter_fields(data, 2))

    assert fields == [(1, wire.BYTES, 4, 6), (2, wire.FIXED32, 7, 11)]


def test_iter_fields_passes_over_groups_in_groups():
    inner = b"\x13" + wire.field(1, b"ab") + b"\x14"
    data = b"\x0b" + inner + wire.varint_field(3, 1) + b"\x0c" + wire.varint_field(4, 5)

    fields = list(wire.iter_fields(data))

    assert fields == [(1, wire.START_GROUP, 1, len(data) - 2), (4, wire.VARINT, len(data) - 1, len(data))]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x0a\x05ab", "must end inside"),
        (b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "must end inside"),
        (b"\x0a", "varint must end"),
        (b"\x08" + b"\x80" * 11, "varint must end"),
        (b"\x0c", "wire type must be"),
        (b"\x0e", "wire type must be"),
        (b"\x0b", "varint must end"),
        (b"\x0b\x14", "group must end with its own number; got 2"),
        (b"\x0d\x00", "must end inside"),
    ],
)
def test_iter_fields_of_other_bytes_raises(data: bytes, message: str):
    with pytest.raises(ValueError, match=message):
        list(wire.iter_fields(data))
