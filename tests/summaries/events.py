"""Events as no writer writes them: any field, any order, any wire type, pieces that protobuf merges, junk."""

from __future__ import annotations

import struct

from hypothesis import strategies as st

from summaries import wire

NAMES = (b"a", b"b", b"loss/\xc3\xa9", b"", b"a\xff")
PLUGINS = (b"scalars", b"text", b"", b"hparams", b"tensor", b"histograms", b"\xed\xa0\x80")
INTS = st.sampled_from([0, 1, 2, 127, 128, 255, 256, 300, 0x3800, 0x3F000000, 2**31, 2**32 - 1, 2**63, 2**64 - 3])
DOUBLES = st.sampled_from([0.5, -1.0, 0.0, float("inf"), float("nan"), 1e300]).map(
    lambda value: struct.pack("<d", value)
)
FLOATS = st.sampled_from([0.5, -2.0, float("-inf"), float("nan")]).map(lambda value: struct.pack("<f", value))


def varints(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[bytes]:
    """Varints, some of them longer than they need be."""
    return st.tuples(numbers, st.booleans()).map(
        lambda pair: _lengthen(wire.varint(pair[0])) if pair[1] else wire.varint(pair[0])
    )


def _lengthen(varint: bytes) -> bytes:
    return varint if len(varint) > 8 else varint[:-1] + bytes([varint[-1] | 0x80]) + b"\x00"


def key(number: int, wire_type: int) -> bytes:
    return wire.varint(number << 3 | wire_type)


def field(number: int, contents: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    return contents.map(lambda content: wire.field(number, content))


def integer(number: int, numbers: st.SearchStrategy[int] = INTS) -> st.SearchStrategy[bytes]:
    return varints(numbers).map(lambda varint: key(number, wire.VARINT) + varint)


def fixed(number: int, contents: st.SearchStrategy[bytes], wire_type: int) -> st.SearchStrategy[bytes]:
    return contents.map(lambda content: key(number, wire_type) + content)


def joined(items: st.SearchStrategy[bytes], max_size: int = 3) -> st.SearchStrategy[bytes]:
    return st.lists(items, max_size=max_size).map(b"".join)


def packable_doubles(number: int) -> st.SearchStrategy[bytes]:
    return fixed(number, DOUBLES, wire.FIXED64) | field(number, joined(DOUBLES))


def packable_floats(number: int) -> st.SearchStrategy[bytes]:
    return fixed(number, FLOATS, wire.FIXED32) | field(number, joined(FLOATS))


def packable_ints(number: int) -> st.SearchStrategy[bytes]:
    return integer(number) | field(number, joined(varints(INTS)))


def group(number: int) -> st.SearchStrategy[bytes]:
    return joined(integer(1) | fixed(2, FLOATS, wire.FIXED32)).map(
        lambda inner: key(number, 3) + inner + key(number, 4)
    )


JUNK = st.one_of(
    integer(300), field(77, st.binary(max_size=4)), fixed(40, FLOATS, 5), group(33), st.binary(min_size=1, max_size=3),
    st.builds(lambda number, wire_type, rest: key(number, wire_type) + rest,
              st.integers(0, 20), st.integers(0, 7), st.binary(max_size=9)),
)  # fmt: skip


def message(*fields: st.SearchStrategy[bytes], max_size: int = 6) -> st.SearchStrategy[bytes]:
    """Fields in any order, each any number of times; now and then one with junk among them, or cut short."""
    plain = joined(st.one_of(fields), max_size)
    cut = st.tuples(plain, st.integers(0, 40)).map(lambda pair: pair[0][: pair[1]])
    odd = joined(st.one_of(*fields, JUNK), max_size)
    return st.one_of(plain, plain, plain, plain, plain, cut, odd)


names = st.sampled_from(NAMES)
dims = message(integer(1, st.sampled_from([0, 1, 2])), field(2, names), max_size=2)
shapes = message(field(2, dims), integer(3, st.just(0)), max_size=2)
tensors = st.one_of(
    st.tuples(
        integer(1, st.sampled_from([*range(0, 25)])),
        joined(field(2, shapes), 1),
        message(
            field(4, FLOATS | DOUBLES | st.binary(min_size=1, max_size=2)), packable_floats(5), packable_doubles(6),
            packable_ints(7), field(8, names), packable_floats(9), packable_ints(10), packable_ints(11),
            packable_doubles(12), packable_ints(13), packable_ints(16), packable_ints(17), max_size=2,
        ),
    ).map(b"".join),
    message(integer(1), field(2, shapes), integer(3), field(4, FLOATS), packable_floats(5), packable_ints(7)),
)  # fmt: skip
plugin_data = message(field(1, st.sampled_from(PLUGINS)), field(2, st.binary(max_size=4)), max_size=2)
metadata = message(field(1, plugin_data), field(2, names), field(3, names), integer(4), max_size=3)
images = message(integer(1), integer(2), field(4, st.binary(max_size=4)))
sounds = message(fixed(1, FLOATS, 5), integer(2), field(4, st.binary(max_size=4)), field(5, names))
histograms = message(fixed(1, DOUBLES, 1), fixed(4, DOUBLES, 1), packable_doubles(6), packable_doubles(7))
contents = st.one_of(
    fixed(2, FLOATS, wire.FIXED32), field(3, st.binary(max_size=3)), field(4, images), field(5, histograms),
    field(6, sounds), field(8, tensors), field(8, tensors),
)  # fmt: skip
values = st.one_of(
    st.tuples(field(1, names), joined(field(9, metadata), 1), contents).map(b"".join),
    message(field(1, names), contents, field(9, metadata), field(7, names), max_size=4),
)
summaries = message(field(1, values), field(1, values), field(1, values), max_size=4)
events = st.one_of(
    st.tuples(fixed(1, DOUBLES, 1), integer(2), field(5, summaries)).map(b"".join),
    message(
        fixed(1, DOUBLES, 1), integer(2), field(3, names), field(4, st.binary(max_size=5)), field(5, summaries),
        field(5, summaries), field(5, summaries), field(6, message(integer(1), field(2, names))),
        field(7, message(integer(1, st.sampled_from([0, 1, 2])), field(2, names))),
        field(8, message(field(1, names), field(2, names))), field(9, message(field(1, names), field(2, names))),
        field(10, message(field(1, names))),
    ),
)  # fmt: skip
"""Serialised events, and what is nearly one."""
