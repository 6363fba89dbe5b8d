"""The specification of the binary form as cases, written out by hand: what is encoded, its bytes, what is decoded.

The encoder's test and the decoder's, which runs in a browser, go through the same cases.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.api.wire import DrawnSeries
from dashboard.queries.non_finite import Tally

NAN, INF = float("nan"), float("inf")
DAYS_30 = 30 * 86_400.0


@dataclass(frozen=True)
class Case:
    """One series: as it is encoded, its bytes after the message's header, and as the browser decodes it."""

    drawn: DrawnSeries
    data: bytes
    decoded: dict[str, Any]


def make(**fields: Any) -> DrawnSeries:
    """A series without points, but for what is given."""
    none = np.zeros(0)
    columns = dict.fromkeys(
        ("steps", "wall_times", "values", "non_finite_steps", "non_finite_wall_times", "non_finite_values"), none
    )
    starts = {"segment_starts": none.astype(np.int64), "superseded": none.astype(bool), "smoothed": None}
    return DrawnSeries(
        **{"run": 0, "tag": 0, "version": 0, "num_total": 0, "first_wall_time": 1e9} | columns | starts | fields
    )


CASES = {
    "two points and a mark, all exact in float32": Case(
        make(
            run=1, tag=2, version=7, num_total=1000, num_unplaced=6, steps=np.array([0.0, 1.0]),
            wall_times=1e9 + np.array([0.0, 1.0]), values=np.array([0.5, 1.5]),
            segment_starts=np.array([0]), superseded=np.array([False]), non_finite_steps=np.array([5.0]),
            non_finite_wall_times=np.array([1e9 + 5.0]),
            non_finite_values=np.array([-INF]), tally=Tally((0, 3, 40), (NAN, 8.0, 4.0)), last_value=INF,
        ),
        struct.pack("<IIQQIIIIdd", 1, 2, 7, 1000, 2, 1, 1, 8, 1e9, 1e9)
        + struct.pack("<4I5d", 0, 3, 40, 6, NAN, 8.0, 4.0, INF, 0.0)
        + struct.pack("<4H2f2f", 0, 1, 0, 0, 0.0, 1.0, 0.5, 1.5)
        + struct.pack("<IIII", 0, 0, 0, 0)  # one start and one flag, each padded to 8 bytes
        + struct.pack("<4HfIII", 5, 0, 0, 0, 5.0, 0, 2, 0),
        {
            "run": 1, "tag": 2, "version": 7, "numTotal": 1000, "numUnplaced": 6,
            "firstWall": 1e9, "counts": [0, 3, 40],
            "firstSteps": ["NaN", 8.0, 4.0], "lastValue": "Infinity", "steps": [0.0, 1.0], "x": None,
            "walls": [0.0, 1.0], "values": [0.5, 1.5], "smoothed": None, "segments": [0], "superseded": [0],
            "nonFinite": {"steps": [5.0], "x": None, "walls": [5.0], "kinds": [2]},
        },
    ),
    "what float32 cannot hold, smoothed, a month after the run began": Case(
        make(
            version=2**40, num_total=5_000_000_000, steps=np.array([0.0, 1.0, 2.0**53]),
            wall_times=1e9 + DAYS_30 + np.array([0.0, 0.125, 0.25]), values=np.array([0.1, -2.0, 3e300]),
            smoothed=np.array([0.1, -1.0, 2e300]), segment_starts=np.array([0, 2]),
            superseded=np.array([True, False]), last_value=-0.5, tally=Tally((4, 0, 0), (2.0, NAN, NAN)),
        ),
        struct.pack("<IIQQIIIIdd", 0, 0, 2**40, 5_000_000_000, 3, 2, 0, 3, 1e9, 1e9 + DAYS_30)
        + struct.pack("<4I5d", 4, 0, 0, 0, 2.0, NAN, NAN, -0.5, 0.0)
        + struct.pack("<3d3fI", 0.0, 1.0, 2.0**53, 0.0, 0.125, 0.25, 0)
        + struct.pack("<3d3d", 0.1, -2.0, 3e300, 0.1, -1.0, 2e300)
        + struct.pack("<IIII", 0, 2, 1, 0),
        {
            "run": 0, "tag": 0, "version": 2**40, "numTotal": 5_000_000_000, "numUnplaced": 0,
            "firstWall": 1e9, "counts": [4, 0, 0],
            "firstSteps": [2.0, "NaN", "NaN"], "lastValue": -0.5, "steps": [0.0, 1.0, 2.0**53],
            "x": None, "walls": [DAYS_30, DAYS_30 + 0.125, DAYS_30 + 0.25], "values": [0.1, -2.0, 3e300],
            "smoothed": [0.1, -1.0, 2e300], "segments": [0, 2], "superseded": [1, 0],
            "nonFinite": {"steps": [], "x": None, "walls": [], "kinds": []},
        },
    ),
    "smoothed values of ones that float32 holds": Case(
        make(
            num_total=1, steps=np.array([3.0]), wall_times=np.array([1e9 - 2.0]), values=np.array([0.5]),
            smoothed=np.array([0.25]), segment_starts=np.array([0]), superseded=np.array([False]), last_value=0.5,
        ),
        struct.pack("<IIQQIIIIdd", 0, 0, 0, 1, 1, 1, 0, 10, 1e9, 1e9 - 2.0)
        + struct.pack("<4I5d", 0, 0, 0, 0, NAN, NAN, NAN, 0.5, 3.0)
        + struct.pack("<4HfIfIfIIIII", 0, 0, 0, 0, 0.0, 0, 0.5, 0, 0.25, 0, 0, 0, 0, 0),
        {
            "run": 0, "tag": 0, "version": 0, "numTotal": 1, "numUnplaced": 0,
            "firstWall": 1e9, "counts": [0, 0, 0],
            "firstSteps": ["NaN", "NaN", "NaN"], "lastValue": 0.5, "steps": [3.0], "x": None, "walls": [-2.0],
            "values": [0.5], "smoothed": [0.25], "segments": [0], "superseded": [0],
            "nonFinite": {"steps": [], "x": None, "walls": [], "kinds": []},
        },
    ),
    "positions of another metric, of points and of a mark, over many steps": Case(
        make(
            num_total=3, steps=np.array([3.0, 70_004.0]), x=np.array([0.5, 1e300]),
            wall_times=np.array([1e9, 1e9 + 1.0]), values=np.array([0.5, 1.5]), segment_starts=np.array([0]),
            superseded=np.array([False]), last_value=1.5, non_finite_steps=np.array([5.0]),
            non_finite_x=np.array([0.75]), non_finite_values=np.array([NAN]),
            non_finite_wall_times=np.array([1e9 + 2.0]), tally=Tally((1, 0, 0), (5.0, NAN, NAN)),
        ),
        struct.pack("<IIQQIIIIdd", 0, 0, 0, 3, 2, 1, 1, 20, 1e9, 1e9)
        + struct.pack("<4I5d", 1, 0, 0, 0, 5.0, NAN, NAN, 1.5, 3.0)
        + struct.pack("<2I2d2f2f", 0, 70_001, 0.5, 1e300, 0.0, 1.0, 0.5, 1.5)
        + struct.pack("<IIII", 0, 0, 0, 0)
        + struct.pack("<2IdfIII", 2, 0, 0.75, 2.0, 0, 0, 0),
        {
            "run": 0, "tag": 0, "version": 0, "numTotal": 3, "numUnplaced": 0,
            "firstWall": 1e9, "counts": [1, 0, 0],
            "firstSteps": [5.0, "NaN", "NaN"], "lastValue": 1.5, "steps": [3.0, 70_004.0], "x": [0.5, 1e300],
            "walls": [0.0, 1.0], "values": [0.5, 1.5], "smoothed": None, "segments": [0], "superseded": [0],
            "nonFinite": {"steps": [5.0], "x": [0.75], "walls": [2.0], "kinds": [0]},
        },
    ),
    "nothing": Case(
        make(last_value=NAN),
        struct.pack("<IIQQIIIIdd", 0, 0, 0, 0, 0, 0, 0, 0, 1e9, 0.0)
        + struct.pack("<4I5d", 0, 0, 0, 0, NAN, NAN, NAN, NAN, 0.0),
        {
            "run": 0, "tag": 0, "version": 0, "numTotal": 0, "numUnplaced": 0,
            "firstWall": 1e9, "counts": [0, 0, 0],
            "firstSteps": ["NaN", "NaN", "NaN"], "lastValue": "NaN", "steps": [], "x": None, "walls": [],
            "values": [], "smoothed": None, "segments": [], "superseded": [],
            "nonFinite": {"steps": [], "x": None, "walls": [], "kinds": []},
        },
    ),
}  # fmt: skip


def make_header(num_series: int, store_version: int) -> bytes:
    """The header of a message."""
    return b"BRDS" + struct.pack("<HHIIQ", 5, 0, num_series, 0, store_version)
