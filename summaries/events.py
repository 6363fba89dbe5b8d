"""Whole records made without a message object: prefixes once a tag, then `struct` and one checksum a record.

Synopsis:
    >>> from summaries.proto import event_pb2
    >>> record = encode_event(1.0, 3, summary_field([("loss", 0.5)]))
    >>> event_pb2.Event.FromString(record[12:-4]).summary.value[0].tag
    'loss'
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from functools import lru_cache

from summaries import wire
from summaries.kinds.scalars import pack_float, scalar_prefix
from summaries.proto.event_pb2 import SessionLog
from summaries.records import frame, make_header, pack_checksum

FILE_VERSION = b"brain.Event:2"
RUN_METADATA_TAG = "step1"
"""Under which torch's writer tells time and memory of the graph."""

_WALL_TIME = struct.Struct("<Bd")
_WALL_TIME_KEY = 1 << 3 | wire.FIXED64
_STEP, _FILE_VERSION, _SUMMARY, _SESSION_LOG, _SUMMARY_VALUE = 2, 3, 5, 7, 1
_FLOAT_BYTES = 4


def encode_event(wall_time: float, step: int, fields: bytes) -> bytes:
    """A record whose event holds `fields` after its wall time and step.

    Args:
        wall_time: Seconds since the Unix epoch.
        step: In [-2**63, 2**63).
        fields: Serialised fields of `Event`.
    """
    return frame(b"".join((_WALL_TIME.pack(_WALL_TIME_KEY, wall_time), step_field(step), fields)))


def encode_scalar_event(tag: str, value: float, step: int, wall_time: float) -> bytes:
    """The record of one scalar: by far the most frequent one, so all is done in this function, and lengths are known.

    Args:
        tag: Name of the series.
        value: Rounded to float32.
        step: In [-2**63, 2**63).
        wall_time: Seconds since the Unix epoch.
    """
    step_bytes = step_field(step)
    header, prefix, pack = _scalar_layout(tag, len(step_bytes))
    try:
        payload = pack(_WALL_TIME_KEY, wall_time, step_bytes, prefix, value)
    except (OverflowError, struct.error):  # beyond float32
        payload = _WALL_TIME.pack(_WALL_TIME_KEY, wall_time) + step_bytes + prefix + pack_float(value)
    return header + payload + pack_checksum(payload)


@lru_cache(maxsize=1 << 16)
def _scalar_layout(tag: str, num_step_bytes: int) -> tuple[bytes, bytes, Callable[..., bytes]]:
    """The record's header, what stands between the step and the float32, and what packs the payload of these parts."""
    prefix = single_prefix(tag)
    layout = struct.Struct(f"<Bd{num_step_bytes}s{len(prefix)}sf")
    return make_header(layout.size), prefix, layout.pack


@lru_cache(maxsize=64)
def step_field(step: int) -> bytes:
    """The step as it stands in an event: nothing for 0, as proto3 has it.

    Raises:
        ValueError: If the step does not fit 64 bits.
    """
    if not -(2**63) <= step < 2**63:
        raise ValueError(f"global_step must fit 64 bits; got {step}. Count from 0.")
    return wire.varint_field(_STEP, step) if step else b""


def file_version_field() -> bytes:
    """What the first event of a file holds."""
    return wire.field(_FILE_VERSION, FILE_VERSION)


def session_start_field() -> bytes:
    """What the event holds that supersedes all earlier values of its step and later ones."""
    return wire.field(_SESSION_LOG, SessionLog(status=SessionLog.START).SerializeToString())


@lru_cache(maxsize=1 << 16)
def single_prefix(tag: str) -> bytes:
    """What stands between the step and the float32 of an event with one scalar."""
    value = scalar_prefix(tag)
    value_length = len(value) + _FLOAT_BYTES
    inner = wire.field_prefix(_SUMMARY_VALUE, value_length) + value
    return wire.field_prefix(_SUMMARY, len(inner) + _FLOAT_BYTES) + inner


@lru_cache(maxsize=1 << 16)
def value_prefix(tag: str) -> bytes:
    """What stands before the float32 of one of several scalars in a summary."""
    value = scalar_prefix(tag)
    return wire.field_prefix(_SUMMARY_VALUE, len(value) + _FLOAT_BYTES) + value


def summary_field(values: Iterable[tuple[str, float]]) -> bytes:
    """The summary field of an event with several scalars."""
    parts: list[bytes] = []
    for tag, value in values:
        parts += (value_prefix(tag), pack_float(value))
    inner = b"".join(parts)
    return wire.field_prefix(_SUMMARY, len(inner)) + inner
