r"""The wire format of protocol buffers: places inside a message, and prefixes made once.

Synopsis:
    >>> field(1, b"loss")
    b'\n\x04loss'
    >>> list(iter_fields(field(1, b"loss") + varint_field(2, 300)))
    [(1, 2, 2, 6), (2, 0, 7, 9)]
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

VARINT, FIXED64, BYTES, START_GROUP, END_GROUP, FIXED32 = range(6)
"""Wire types."""

_FIXED_SIZES = {FIXED64: 8, FIXED32: 4}


def varint(number: int) -> bytes:
    """`number` as a varint; a negative one as the 64-bit two's complement, ten bytes long."""
    number &= 0xFFFFFFFFFFFFFFFF
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def varint_field(number: int, value: int) -> bytes:
    """Field `number` with a varint in it."""
    return varint(number << 3 | VARINT) + varint(value)


def field(number: int, content: bytes) -> bytes:
    """Field `number` with bytes, a string or a message in it."""
    return field_prefix(number, len(content)) + content


@lru_cache(maxsize=1 << 12)
def field_prefix(number: int, length: int) -> bytes:
    """What stands before the content of field `number` when that is `length` bytes long."""
    return varint(number << 3 | BYTES) + varint(length)


def iter_fields(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, int, int]]:
    """The fields of the message that lies in `data[start:end]`.

    Yields:
        `(number, wire type, start, end)`; the places are those of the content, in bytes from the start of `data`.

    Raises:
        ValueError: If the bytes are no message.
    """
    position, end = start, len(data) if end is None else end
    while position < end:
        key, position = _read_varint(data, position, end)
        number, wire_type = key >> 3, key & 7
        begin, position = _find_content(data, position, end, number, wire_type)
        yield number, wire_type, begin, position


def _find_content(data: bytes, position: int, end: int, number: int, wire_type: int) -> tuple[int, int]:
    """Where the content of a field lies whose key ends at `position`; that of a group with the key that ends it."""
    if wire_type == START_GROUP:
        return position, _find_group_end(data, position, end, number)
    if wire_type == BYTES:
        length, position = _read_varint(data, position, end)
    elif wire_type == VARINT:
        length = _read_varint(data, position, end)[1] - position
    elif wire_type in _FIXED_SIZES:
        length = _FIXED_SIZES[wire_type]
    else:
        raise ValueError(f"wire type must be 0, 1, 2, 3 or 5; got {wire_type} before byte {position}.")
    if length > end - position:
        raise ValueError(f"a field must end inside its message; got {length} bytes with {end - position} left.")
    return position, position + length


def _find_group_end(data: bytes, position: int, end: int, number: int) -> int:
    """Where the group of field `number` ends; groups may lie in groups."""
    open_groups = [number]
    while open_groups:
        key, position = _read_varint(data, position, end)
        number, wire_type = key >> 3, key & 7
        if wire_type == START_GROUP:
            open_groups.append(number)
        elif wire_type != END_GROUP:
            _, position = _find_content(data, position, end, number, wire_type)
        elif open_groups.pop() != number:
            raise ValueError(f"a group must end with its own number; got {number} before byte {position}.")
    return position


def _read_varint(data: bytes, position: int, end: int) -> tuple[int, int]:
    """The varint at `position`, and where it ends."""
    number = shift = 0
    for index in range(position, min(position + 10, end)):
        byte = data[index]
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number & 0xFFFFFFFFFFFFFFFF, index + 1
        shift += 7
    raise ValueError(f"a varint must end within 10 bytes and inside its message; got none at byte {position}.")
