r"""Scalars found by what stays the same in their events.

Most events of a file hold one scalar, and those of a tag differ in wall time, step and value only. Once one of them
has been parsed, the next ones need only be compared with it.

Synopsis:
    >>> def encode(step, value):
    ...     head = b"\x09" + struct.pack("<d", 1.5) + wire.varint_field(2, step)
    ...     return head + wire.field(5, wire.field(1, wire.field(1, b"loss") + b"\x15" + struct.pack("<f", value)))
    >>> samples = Samples()
    >>> samples.learn(encode(3, 0.5), tag_id=7, is_settled=True)
    >>> samples.find(encode(300, 0.25))
    (7, 300, 1.5, 0.25)
    >>> samples.find(encode(300, 0.25)[:-1]) is None
    True
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from summaries import wire
from summaries.proto.tensor_pb2 import DataType

_HEAD = struct.Struct("<BdBBBBB")  # key and wall time, key and the first bytes of the step
_WALL_TIME_KEY, _STEP_KEY, _SUMMARY_KEY = 0x09, 0x10, 0x2A
_FLOAT, _DOUBLE = struct.Struct("<f"), struct.Struct("<d")
_FORMATS: dict[int, tuple[struct.Struct, int]] = {DataType.DT_FLOAT: (_FLOAT, 5), DataType.DT_DOUBLE: (_DOUBLE, 6)}
"""By dtype: how one element is packed, and the field of elements."""
_TENSOR_CONTENT = 4


@dataclass
class _Layout:
    """Events whose part after the step is equally long and has its number at the same place.

    Attributes:
        start: Where the number begins, from the end of the step on.
        stop: Where it ends.
        unpack: Decodes it.
        ids: Tag ids by the bytes around the number.
    """

    start: int
    stop: int
    unpack: Callable[[bytes, int], tuple[Any, ...]]
    ids: dict[bytes, int] = field(default_factory=dict)


class Samples:
    """What is known of one file's events."""

    def __init__(self) -> None:
        self._layouts: dict[int, list[_Layout]] = {}

    def find(self, payload: bytes) -> tuple[int, int, float, float] | None:
        """Tag id, step, wall time and value of an event that is like one that was learnt."""
        if len(payload) < _HEAD.size:
            return None
        first_key, wall_time, key, one, two, three, four = _HEAD.unpack_from(payload)
        if first_key != _WALL_TIME_KEY or key not in (_STEP_KEY, _SUMMARY_KEY):
            return None
        if key == _SUMMARY_KEY:
            step, end = 0, 9
        elif one < 0x80:
            step, end = one, 11
        elif two < 0x80:
            step, end = one & 0x7F | two << 7, 12
        else:
            step, end = _decode_long_step(one, two, three, four)
        for layout in self._layouts.get(len(payload) - end, ()):
            tag_id = layout.ids.get(payload[end : end + layout.start] + payload[end + layout.stop :])
            if tag_id is not None:
                return tag_id, step, wall_time, layout.unpack(payload, end + layout.start)[0]
        return None

    def learn(self, payload: bytes, tag_id: int, *, is_settled: bool) -> None:
        """Learns an event that holds one scalar and nothing else.

        Args:
            payload: The event.
            tag_id: The scalar's tag.
            is_settled: Whether its metadata, if it has any, say nothing new.
        """
        rest = _find_rest(payload)
        place = _find_number(payload, rest, is_settled=is_settled) if rest else None
        if place is None:
            return
        start, packing = place[0] - rest, place[1]
        layouts = self._layouts.setdefault(len(payload) - rest, [])
        layout = next((layout for layout in layouts if layout.start == start), None)
        if layout is None:
            layout = _Layout(start, start + packing.size, packing.unpack_from)
            layouts.append(layout)
        if layout.stop == start + packing.size:
            layout.ids[payload[rest : rest + start] + payload[rest + layout.stop :]] = tag_id


def _decode_long_step(one: int, two: int, three: int, four: int) -> tuple[int, int]:
    """A step of three or four bytes and where it ends; one that is longer ends nowhere."""
    step = one & 0x7F | (two & 0x7F) << 7 | (three & 0x7F) << 14
    if three < 0x80:
        return step, 13
    return (step | four << 21, 14) if four < 0x80 else (0, sys.maxsize)


def _find_rest(payload: bytes) -> int:
    """Where the one summary of an event begins, 0 if it is not wall time, step and summary in this order."""
    fields = list(wire.iter_fields(payload))
    numbers = [(number, wire_type) for number, wire_type, _, _ in fields]
    expected = [(1, wire.FIXED64), (2, wire.VARINT), (5, wire.BYTES)]
    if numbers not in (expected, [expected[0], expected[2]]):
        return 0
    return fields[-2][3]


def _find_number(payload: bytes, start: int, *, is_settled: bool) -> tuple[int, struct.Struct] | None:
    """Where the float of the one scalar lies, and how it is packed; None if it is not that simple."""
    (summary,) = wire.iter_fields(payload, start)
    values = list(wire.iter_fields(payload, *summary[2:]))
    if [(number, wire_type) for number, wire_type, _, _ in values] != [(1, wire.BYTES)]:
        return None
    fields = list(wire.iter_fields(payload, *values[0][2:]))
    by_number = {number: (wire_type, begin, stop) for number, wire_type, begin, stop in fields}
    if len(by_number) != len(fields) or not set(by_number) <= {1, 2, 8, 9} or (9 in by_number and not is_settled):
        return None
    if 2 in by_number and 8 not in by_number:
        return by_number[2][1], _FLOAT
    return _find_element(payload, *by_number[8][1:]) if 8 in by_number and 2 not in by_number else None


def _find_element(payload: bytes, start: int, end: int) -> tuple[int, struct.Struct] | None:
    """The same in a tensor."""
    fields = list(wire.iter_fields(payload, start, end))
    by_number = {number: (begin, stop) for number, _, begin, stop in fields}
    if len(by_number) != len(fields) or 1 not in by_number:
        return None
    packing, elements = _FORMATS.get(payload[by_number[1][0]], (_FLOAT, 0))
    if elements == 0 or not set(by_number) <= {1, 2, 3, _TENSOR_CONTENT, elements}:
        return None
    places = [by_number[number] for number in (_TENSOR_CONTENT, elements) if number in by_number]
    if len(places) != 1 or places[0][1] - places[0][0] != packing.size:
        return None
    return places[0][0], packing
