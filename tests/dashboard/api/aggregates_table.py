"""The specification of the binary form of aggregates as cases, for the encoder's test and for the decoder's."""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

import numpy as np

from dashboard.api.aggregates_wire import Told
from dashboard.queries.aggregate import Aggregate

NAN = float("nan")


class Case(NamedTuple):
    """An aggregate: as it is encoded, its bytes after the message's header, and as the browser decodes it."""

    told: Told
    data: bytes
    decoded: dict[str, Any]


CASES = {
    "a band and smoothed values of two lines": Case(
        Told(1, 2, 2**40, 3, Aggregate(
            x=np.array([0.0, 1.0, 5.0]), values=np.array([1.0, 2.0, 3.0]), smoothed=np.array([1.0, 1.5, 2.5]),
            low=np.array([0.5, 1.0, NAN]), high=np.array([1.5, 2.0, NAN]), least=np.array([0.5, -1.0, 2.5]),
            greatest=np.array([1.5, 4.0, 2.5]), counts=np.array([2, 3, 1]),
            line_starts=np.array([0, 2]), num_total=5_000_000_000, last=7.5,
        )),
        struct.pack("<IIQQIIIId", 1, 2, 2**40, 5_000_000_000, 3, 3, 2, 3, 7.5)
        + struct.pack("<6d", 0.0, 1.0, 5.0, 1.0, 2.0, 3.0)
        + struct.pack("<9d", 1.0, 1.5, 2.5, 0.5, 1.0, NAN, 1.5, 2.0, NAN)
        + struct.pack("<6d", 0.5, -1.0, 2.5, 1.5, 4.0, 2.5)
        + struct.pack("<IIIIII", 2, 3, 1, 0, 0, 2),
        {
            "group": 1, "tag": 2, "version": 2**40, "numTotal": 5_000_000_000, "numMembers": 3, "x": [0.0, 1.0, 5.0],
            "values": [1.0, 2.0, 3.0], "smoothed": [1.0, 1.5, 2.5], "low": [0.5, 1.0, "NaN"],
            "high": [1.5, 2.0, "NaN"], "least": [0.5, -1.0, 2.5], "greatest": [1.5, 4.0, 2.5], "counts": [2, 3, 1],
            "lineStarts": [0, 2], "last": 7.5,
        },
    ),
    "a middle alone": Case(
        Told(0, 0, 1, 1, Aggregate(
            x=np.array([7.0]), values=np.array([0.25]), smoothed=None, low=None, high=None,
            least=np.array([0.25]), greatest=np.array([0.25]), counts=np.array([1]),
            line_starts=np.array([0]), num_total=1, last=NAN,
        )),
        struct.pack("<IIQQIIIId", 0, 0, 1, 1, 1, 1, 1, 0, NAN)
        + struct.pack("<4dIIII", 7.0, 0.25, 0.25, 0.25, 1, 0, 0, 0),
        {
            "group": 0, "tag": 0, "version": 1, "numTotal": 1, "numMembers": 1, "x": [7.0], "values": [0.25],
            "smoothed": None, "low": None, "high": None, "least": [0.25], "greatest": [0.25], "counts": [1],
            "lineStarts": [0], "last": "NaN",
        },
    ),
}  # fmt: skip


def make_header(num_aggregates: int, store_version: int) -> bytes:
    """The header of a message."""
    return b"BRDA" + struct.pack("<HHIIQ", 2, 0, num_aggregates, 0, store_version)
