"""The binary form of aggregates, as ``data/aggregates`` sends it. `static/js/aggregates_wire.js` decodes it.

Little-endian; every column begins at a multiple of 8 bytes, so that the browser looks at the buffer itself.

    message   := header aggregate*
    header    := magic "BRDA" · wire_version u16 · 0 u16 · num_aggregates u32 · 0 u32 · store_version u64  (24 bytes)
    aggregate := group u32 · tag u32 · version u64 · num_total u64 · num_members u32 · num_drawn u32 ·
                 num_lines u32 · flags u32 · last f64                                                     (48 bytes)
                 x f64[num_drawn] · values f64[num_drawn] · smoothed f64[num_drawn, if asked] ·
                 low f64[num_drawn, if asked] · high f64[num_drawn, if asked] · least f64[num_drawn] ·
                 greatest f64[num_drawn] · counts u32[num_drawn] · line_starts u32[num_lines]

`group` and `tag` count in the order of the request. `num_members` runs of the group have the tag. `flags` bit 0: the
smoothed values are there; bit 1: the band is there, NaN where it is of one run. All else as of
`dashboard.queries.aggregate.Aggregate`.
"""

from __future__ import annotations

import csv
import io
import math
import struct
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from dashboard.queries.aggregate import Aggregate
from dashboard.queries.joining import Floats

MAGIC = b"BRDA"
WIRE_VERSION = 2
_HEADER = struct.Struct("<4sHHIIQ")
_AGGREGATE = struct.Struct("<IIQQIIIId")
_FLAG_SMOOTHED = 1
_FLAG_BAND = 2


class Told(NamedTuple):
    """An aggregate in its place.

    Attributes:
        group: Index of the group in the grouping.
        tag: Index of the tag in the request.
        version: Store version of the last change of what it is made from.
        num_members: Runs of the group that have the tag.
        aggregate: The curve.
    """

    group: int
    tag: int
    version: int
    num_members: int
    aggregate: Aggregate


def encode(aggregates: Sequence[Told], store_version: int) -> bytes:
    """Encodes aggregates as one message of the format above."""
    header = _HEADER.pack(MAGIC, WIRE_VERSION, 0, len(aggregates), 0, store_version)
    return b"".join([header, *(_encode_one(told) for told in aggregates)])


def _encode_one(told: Told) -> bytes:
    one = told.aggregate
    flags = (one.smoothed is not None) * _FLAG_SMOOTHED | (one.low is not None) * _FLAG_BAND
    sizes = one.num_total, told.num_members, one.x.size, one.line_starts.size
    head = _AGGREGATE.pack(*told[:3], *sizes, flags, one.last)
    columns = [column.astype("<f8", copy=False) for column in _floats_of(one) if column is not None]
    words = [one.counts.astype("<u4"), one.line_starts.astype("<u4")]
    return b"".join([head, *(column.tobytes() + bytes(-column.nbytes % 8) for column in (*columns, *words))])


def to_json(told: Told) -> dict[str, Any]:
    """The same for people and tools; null in a band of one run."""
    one = told.aggregate
    return {
        "group": told.group,
        "tag": told.tag,
        "version": told.version,
        "num_total": one.num_total,
        "num_members": told.num_members,
        "x": one.x.tolist(),
        "values": one.values.tolist(),
        "smoothed": _to_numbers(one.smoothed),
        "low": _to_numbers(one.low),
        "high": _to_numbers(one.high),
        "least": one.least.tolist(),
        "greatest": one.greatest.tolist(),
        "counts": one.counts.tolist(),
        "line_starts": one.line_starts.tolist(),
        "last": one.last if math.isfinite(one.last) else None,
    }


def to_csv(aggregates: Iterable[Told], tags: Sequence[str]) -> bytes:
    """CSV with a head; empty where there is no number."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("group", "tag", "x", "value", "smoothed", "low", "high", "least", "greatest", "n"))
    for told in aggregates:
        one = told.aggregate
        columns = [_to_numbers(column) or [None] * one.x.size for column in _floats_of(one)]
        rows = zip(*columns, one.counts.tolist(), strict=True)
        writer.writerows((told.group, tags[told.tag], *row) for row in rows)
    return text.getvalue().encode("utf-8", "backslashreplace")


def _floats_of(one: Aggregate) -> tuple[Floats | None, ...]:
    return one.x, one.values, one.smoothed, one.low, one.high, one.least, one.greatest


def _to_numbers(column: Floats | None) -> list[float | None] | None:
    if column is None:
        return None
    return [number if math.isfinite(number) else None for number in column.tolist()]
